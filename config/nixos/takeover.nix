# What a machine becomes that takeover.sh turns into NixOS; an example to go on from. The two files beside it
# are made on the machine: its hardware, and its name, boot loader and root's keys.
{ ... }:
{
  imports = [
    ./hardware-configuration.nix
    ./here.nix
  ];
  services.openssh.enable = true;
  # The release that it begins with.
  system.stateVersion = "25.11";
}
