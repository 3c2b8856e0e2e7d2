# The server as a NixOS service:
#
#   imports = [ ./bootwright/config/nixos/server.nix ];
#   services.bootwright = {
#     enable = true;
#     settings.networks.lan = { };
#   };
{ config, lib, pkgs, ... }:
let
  cfg = config.services.bootwright;
  file = (pkgs.formats.yaml { }).generate "bootwright.yaml" cfg.settings;
  loaders = [ "undionly.kpxe" "ipxe.efi" ];
in
{
  options.services.bootwright = {
    enable = lib.mkEnableOption "Bootwright, a netboot server";
    package = lib.mkOption {
      type = lib.types.package;
      default = pkgs.callPackage ./package.nix { };
      defaultText = lib.literalExpression "pkgs.callPackage ./package.nix { }";
      description = "The derivation of Bootwright; by default that of the checkout this module is in.";
    };
    settings = lib.mkOption {
      type = (pkgs.formats.yaml { }).type;
      default = { };
      description = "The config, as in config/example.yaml.";
    };
    openFirewall = lib.mkEnableOption "the ports for DHCP, TFTP and HTTP";
  };

  config = lib.mkIf cfg.enable {
    services.bootwright.settings = {
      dataDir = lib.mkDefault "/var/lib/bootwright";
      assets = lib.mkDefault "/srv/bootwright";
    };
    systemd.tmpfiles.rules =
      [ "d ${cfg.settings.assets}/loaders 0755 root root" "d ${cfg.settings.assets}/images 0755 root root" ]
      ++ map (name: "L+ ${cfg.settings.assets}/loaders/${name} - - - - ${pkgs.ipxe}/${name}") loaders;
    environment.systemPackages = [ cfg.package ];
    systemd.services.bootwright = {
      description = "Bootwright netboot server (DHCP, TFTP, HTTP)";
      wantedBy = [ "multi-user.target" ];
      wants = [ "network-online.target" ];
      after = [ "network-online.target" ];
      # What callbacks need, beside the coreutils that every unit has.
      path = with pkgs; [ nix nixos-anywhere openssh sshpass gnutar iproute2 ];
      environment.NODE_COMPILE_CACHE = "/var/cache/bootwright";
      # As systemd/bootwright.service; a test compares the two.
      serviceConfig = {
        Type = "exec";
        ExecStart = "${lib.getExe cfg.package} serve --config ${file}";
        ExecReload = "${pkgs.coreutils}/bin/kill -HUP $MAINPID";
        Restart = "on-failure";
        RestartSec = 2;
        # Deploys that run are waited for; without one that takes a moment.
        ExecStop = "-${lib.getExe cfg.package} drain --timeout 30m --server http://127.0.0.1:${toString (cfg.settings.http.port or 8080)} --token-file ${cfg.settings.dataDir}/admin-token";
        TimeoutStopSec = "31min";
        LimitNOFILE = 65536;
        StateDirectory = "bootwright";
        StateDirectoryMode = "0750";
        CacheDirectory = "bootwright";
        CacheDirectoryMode = "0700";
        UMask = "0077";
        DynamicUser = true;
        AmbientCapabilities = [ "CAP_NET_BIND_SERVICE" ];
        CapabilityBoundingSet = [ "CAP_NET_BIND_SERVICE" ];
        NoNewPrivileges = true;
        ProtectSystem = "strict";
        ProtectHome = true;
        PrivateTmp = true;
        PrivateDevices = true;
        PrivateIPC = true;
        PrivateMounts = true;
        ProtectHostname = true;
        ProtectClock = true;
        ProtectKernelTunables = true;
        ProtectKernelModules = true;
        ProtectKernelLogs = true;
        ProtectControlGroups = true;
        ProtectProc = "invisible";
        ProcSubset = "pid";
        RemoveIPC = true;
        DevicePolicy = "closed";
        RestrictAddressFamilies = "AF_INET AF_INET6 AF_UNIX AF_NETLINK";
        RestrictNamespaces = true;
        RestrictRealtime = true;
        RestrictSUIDSGID = true;
        LockPersonality = true;
        KeyringMode = "private";
        SystemCallArchitectures = "native";
        SystemCallFilter = [ "@system-service" "~@privileged @resources" ];
        SystemCallErrorNumber = "EPERM";
      };
    };
    networking.firewall = lib.mkIf cfg.openFirewall {
      allowedUDPPorts = [ 67 69 4011 ];
      allowedTCPPorts = [ (cfg.settings.http.port or 8080) ];
    };
  };
}
