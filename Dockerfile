# docker build -t bootwright/daemon .        (podman and buildah build it too)
# docs/container.md says how to run it.
ARG BASE=docker.io/library/node:24-slim
FROM ${BASE}

# The loaders, what takes discs apart, and what tells Node that it may open ports below 1024 without being root.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ipxe iproute2 libarchive-tools libcap2-bin openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && setcap cap_net_bind_service=+ep "$(readlink -f "$(command -v node)")" \
 && useradd --uid 10067 --no-create-home --home-dir /var/lib/bootwright bootwright \
 && install -d -o bootwright -g bootwright -m 750 /var/lib/bootwright

WORKDIR /opt/bootwright
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY src src
COPY config config
COPY assets assets
# `docker exec CONTAINER bootwright hosts`: in PATH, and with the token of the default dataDir.
RUN ln -s /opt/bootwright/src/bootwright /usr/local/bin/bootwright \
 && chown bootwright:bootwright assets/images
# A config that does not name `assets`, with no folder of that name beside it, takes those of the image.
ENV BOOTWRIGHT_ASSETS=/opt/bootwright/assets \
    BOOTWRIGHT_TOKEN_FILE=/var/lib/bootwright/admin-token

USER bootwright
VOLUME /var/lib/bootwright
STOPSIGNAL SIGTERM
HEALTHCHECK --start-period=20s CMD ["bootwright", "healthy", "--config", "/etc/bootwright/config.yaml"]
ENTRYPOINT ["bootwright"]
CMD ["serve", "--config", "/etc/bootwright/config.yaml"]
