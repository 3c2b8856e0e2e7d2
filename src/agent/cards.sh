# The network cards of a machine: at most 24.

cards() {
  items=0
  for folder in "$root"/sys/class/net/*; do
    # What is no device is a bridge, a tunnel, or the loopback.
    [ -e "$folder/device" ] || continue
    [ "$items" -lt 24 ] || break
    comma
    line "$folder/address"
    printf '{"name":%s,"mac":%s,' "$(string "${folder##*/}")" "$(string "$value")"
    driver=$(readlink "$folder/device/driver") || driver=
    printf '"driver":%s,' "$(string "${driver##*/}")"
    line "$folder/speed"
    number "$value"
    line "$folder/carrier"
    [ "$value" = 1 ] && value=true || value=false
    printf '"speed":%s,"link":%s,"switch":%s}' "$json" "$value" "$(switch_of "${folder##*/}")"
  done
}

# switch_of CARD: what was heard of the switch that it hangs on (LLDP), by the words of tcpdump.
switch_of() {
  words=$root/run/switch-$1
  [ -s "$words" ] || { printf null && return; }
  tab=$(printf '\t')
  name=$(sed -n "s/^${tab}System Name TLV (5), length [0-9]*: //p" "$words" | head -n 1)
  [ -n "$name" ] || name=$(below 'Chassis ID TLV')
  port=$(below 'Port ID TLV')
  about=$(sed -n "s/^${tab}Port Description TLV (4), length [0-9]*: //p" "$words" | head -n 1)
  [ -n "$name" ] || { printf null && return; }
  printf '{"name":%s,"port":%s,"description":%s}' "$(string "$name")" "$(string "$port")" "$(string "$about")"
}

# below TLV: what its subtype says, which stands in the line below.
below() { sed -n "/^$tab$1 /{ n; s/^$tab  Subtype [^:]*: //p; }" "$words" | head -n 1; }
