# For installer images and installed systems: phones home. An installer says `ready`, with facts of the
# machine, to the URL of its command line; an installed system says `up`, once, to the URL in
# /etc/bootwright/phone-home (nixos-anywhere puts it there with its extra files).
#
#   imports = [ ./bootwright/config/nixos/client.nix ];
{ config, pkgs, ... }:
let
  event = if (config.system.nixos.variant_id or null) == "installer" then "ready" else "up";
in
{
  systemd.services.bootwright-phone-home = {
    description = "Tell Bootwright that the system is ${event}";
    wantedBy = [ "multi-user.target" ];
    wants = [ "network-online.target" ];
    after = [ "network-online.target" "sshd.service" ];
    path = with pkgs; [ curl jq util-linux nixos-install-tools ];
    script = ''set -- ${event}
      ${builtins.readFile ./phone-home.sh}'';
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      Restart = "on-failure";
      RestartSec = 10;
    };
  };
}
