#!/bin/bash
# Installs Fedora CoreOS from its live system; coreos-live.ign runs it.
#
#   host.vars.disk      the disk, such as /dev/sda; it is erased
#   files.system        the Ignition config of the installed system
set -euo pipefail
{%- if proxy.http != "" %}
export http_proxy="{{ proxy.http }}" https_proxy="{{ proxy.https }}" no_proxy="{{ proxy.except }}"
{%- endif %}
tell() { curl -fsS --retry 10 --retry-connrefused --max-time 30 -o /dev/null "{{ phoneHome }}?event=$1"; }
trap 'tell "failed&message=coreos-installer+failed"' ERR
tell ready
tell 'progress&percent=10&message=writing+the+disk'
# The config comes over plain HTTP, from the network that the machine was netbooted on.
coreos-installer install "{{ host.vars.disk }}" --ignition-url "{{ files.system }}" --insecure-ignition
tell 'done'
systemctl reboot
