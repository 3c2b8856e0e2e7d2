# The part of /init for lab.role=running: some Linux that is no installer. It asks for its kexec script
# (lab.kexec=URL) until that boots something else, or lets people in over SSH.
# shellcheck shell=sh
say 'some Linux is up'
connect || end
[ -n "$(word lab.kexec)" ] || { let_in; rest; }
while :; do
  wget -q -O /tmp/kexec.sh "$(word lab.kexec)" || say 'no script'
  sh /tmp/kexec.sh --dry-run || say "dry run: exit $?"
  sh /tmp/kexec.sh || say "kexec script: exit $?"
  sleep 2
done
