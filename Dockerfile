# docker build -t bootwright .
# docker run --network host -v /etc/bootwright:/etc/bootwright:ro -v bootwright:/var/lib/bootwright bootwright
#
# Host networking: DHCP lives from broadcasts, which no port mapping carries. (With DHCP elsewhere and
# `mode: none`, `-p 69:69/udp -p 8080:8080` and `tftp: { allow: [the LAN's subnet] }` are enough: TFTP answers
# whom it allows from the one port it was asked on.)
FROM node:24-slim

# The loaders; put others into assets/loaders.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ipxe iproute2 \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/bootwright
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY src src
COPY config config
COPY assets assets
# `docker exec CONTAINER bootwright hosts`: in PATH, and with the token of the default dataDir.
RUN ln -s /opt/bootwright/src/bootwright /usr/local/bin/bootwright
ENV BOOTWRIGHT_TOKEN_FILE=/var/lib/bootwright/admin-token

VOLUME /var/lib/bootwright
STOPSIGNAL SIGTERM
HEALTHCHECK CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "src/main.ts"]
CMD ["serve", "--config", "/etc/bootwright/config.yaml"]
