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
    printf '"speed":%s,"link":%s}' "$json" "$value"
  done
}
