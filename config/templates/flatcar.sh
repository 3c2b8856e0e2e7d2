#!/bin/bash
# Installs Flatcar Container Linux from its live system; coreos-live.ign runs it.
#
#   host.vars.disk      the disk, such as /dev/sda; it is erased
#   files.system        the Ignition config of the installed system
set -euo pipefail
{%- if proxy.http != "" %}
export http_proxy="{{ proxy.http }}" https_proxy="{{ proxy.https }}" no_proxy="{{ proxy.except }}"
{%- endif %}
tell() { curl -fsS --retry 10 --retry-connrefused --max-time 30 -o /dev/null "{{ phoneHome }}?event=$1"; }
trap 'tell "failed&message=flatcar-install+failed"' ERR
tell ready
curl -fsS --retry 10 --retry-connrefused -o /tmp/system.ign "{{ files.system }}"
tell 'progress&percent=10&message=writing+the+disk'
flatcar-install -d "{{ host.vars.disk }}" -i /tmp/system.ign
tell 'done'
systemctl reboot
