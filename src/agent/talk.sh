# What the agent says to the daemon of its command line, and the two things that it does when it is told.

url=$(word bootwright)
server=${url%/phone-home/*}
token=${url##*/}

# tell BODY [HEADER]: phones home until it is heard; 1 where it will not be.
tell() {
  while :; do
    timeout 60 wget -q -O /dev/null ${2:+--header "$2"} --post-data "$1" "$url" 2> /run/problem && return 0
    case $(cat /run/problem) in
      *' 404 '* | *' 403 '* | *' 400 '*)
        say "$server does not take the report: $(plain < /run/problem)"
        return 1
        ;;
    esac
    say "$server is not heard, again in 5 s: $(plain < /run/problem)"
    sleep 5
  done
}

# look EVENT: finds out what this machine is, and tells it.
look() {
  known=$(heard)
  /agent/facts > /run/facts.json
  report "$1"
}

# look_again: where a switch was heard since.
look_again() { [ "$(heard)" = "$known" ] || look progress; }

report() {
  tell "{\"event\":\"$1\",\"facts\":$(cat /run/facts.json)}" 'Content-Type: application/json'
}

# wait_for_work: until the daemon has something to boot for this machine. It says `wait` or `boot`, and the
# name of the host that the machine became; nothing else that it could say means anything here.
wait_for_work() {
  shown=nobody
  while :; do
    if timeout 60 wget -q -O /run/answer "$server/agent/$token" 2> /run/problem; then
      read -r verb name < /run/answer
      [ "$verb" = boot ] && return
      name=$(echo "$name" | plain)
      [ "$name" = "$shown" ] || show "${name:-a machine that nobody knows yet}"
      shown=$name
    else
      # Another daemon, or one that was started anew, knows nothing of this boot.
      case $(cat /run/problem) in *' 404 '*) return ;; esac
      say "$server is not heard: $(plain < /run/problem)"
      shown=nobody
    fi
    sleep "${AGENT_PAUSE:-5}"
    look_again
  done
}

# show WHO: who this is, and where somebody can say what is to become of it.
show() {
  say "This is $1."
  say "MAC     $(word BOOTIF | sed 's/^01-//; s/-/:/g' | plain)"
  serial=${AGENT_ROOT:-}/sys/class/dmi/id/product_serial
  [ ! -r "$serial" ] || say "serial  $(plain < "$serial")"
  say "page    $server/"
  say 'It waits, and writes nothing.'
}

# boot_again: from the network, where the daemon decides.
boot_again() {
  say 'The machine boots again.'
  sleep 1
  reboot -f
}
