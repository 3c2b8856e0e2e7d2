# Bootwright as a derivation:
#
#   pkgs.callPackage ./bootwright/config/nixos/package.nix { }
#
# There is nothing to build: Node runs the sources. npm fetches the packages of the lock file, each held by its checksum
# there, and `modulesHash` holds them all: config/nixos/modules-hash.sh writes it. (buildNpmPackage needs the addresses
# that this lock file leaves out.)
# Packages: d0854ab76b93acfe
{ lib, stdenvNoCC, cacert, makeWrapper, nodejs_24, iproute2, modulesHash ? "sha256:0cmm8ahmij1kpm0z3iz045mzqjgn4dnwwihw0mmj1g1w2mmx8pgx" }:
let
  root = ../..;
  inherit (lib.importJSON (root + "/package.json")) version;
  only = names: lib.fileset.toSource {
    inherit root;
    fileset = lib.fileset.unions (map (name: root + "/${name}") names);
  };
  modules = stdenvNoCC.mkDerivation {
    pname = "bootwright-modules";
    inherit version;
    src = only [ "package.json" "package-lock.json" ".npmrc" ];
    nativeBuildInputs = [ nodejs_24 cacert ];
    buildPhase = ''
      export HOME=$TMPDIR
      npm ci --omit=dev --ignore-scripts --os=linux --cpu=x64 --libc=glibc
    '';
    # npm's own notes, and links to programs that are not called.
    installPhase = ''
      mkdir $out
      mv node_modules $out/
      rm -rf $out/node_modules/.package-lock.json $out/node_modules/.bin
    '';
    dontFixup = true;
    outputHashMode = "recursive";
    outputHashAlgo = "sha256";
    outputHash = modulesHash;
  };
in
stdenvNoCC.mkDerivation {
  pname = "bootwright";
  inherit version;
  src = only [ "package.json" "src" "config" "LICENSE" ];
  nativeBuildInputs = [ makeWrapper ];
  dontConfigure = true;
  dontBuild = true;
  installPhase = ''
    mkdir -p $out/lib/bootwright
    cp -r package.json src config LICENSE $out/lib/bootwright/
    ln -s ${modules}/node_modules $out/lib/bootwright/node_modules
    makeWrapper ${lib.getExe nodejs_24} $out/bin/bootwright \
      --add-flags $out/lib/bootwright/src/launch.js \
      --prefix PATH : ${lib.makeBinPath [ iproute2 ]}
  '';
  meta = {
    description = "Netboot server: DHCP or proxyDHCP, TFTP, HTTP, iPXE scripts per host, and installs that run once";
    license = lib.licenses.mit;
    mainProgram = "bootwright";
    platforms = lib.platforms.linux;
  };
}
