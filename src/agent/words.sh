# What the kernel's command line says, and what the machine's screens show.

# word NAME: the value of NAME=value on the kernel's command line; nothing where it is not there.
word() {
  for each in $(tr '\n' ' ' < "${AGENT_ROOT:-}/proc/cmdline"); do
    case $each in "$1"=*) echo "${each#*=}" && return ;; esac
  done
}

# say TEXT: on every console, since nobody knows where somebody looks.
say() {
  for each in $(tr '\n' ' ' < "${AGENT_ROOT:-}/sys/class/tty/console/active"); do
    printf '\rbootwright: %s\r\n' "$*" > "${AGENT_ROOT:-}/dev/$each"
  done 2> /dev/null
}

# plain: what comes in, without all that could move a cursor, at most 80 letters.
plain() { tr -dc ' -~' | cut -c 1-80; }
