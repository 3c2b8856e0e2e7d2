# The disks of a machine: at most 48, so that the report of the largest one is taken.

# bus_of FOLDER NAME: how a disk is attached.
bus_of() {
  case $2 in
    nvme*) echo nvme && return ;;
    vd*) echo virtio && return ;;
    mmcblk*) echo mmc && return ;;
  esac
  case $(readlink -f "$1") in
    */usb[0-9]*) echo usb ;;
    */ata[0-9]*) echo sata ;;
    *) echo scsi ;;
  esac
}

# serial_of FOLDER: in $value, by whichever file the driver has it in.
serial_of() {
  line "$1/serial"
  [ -n "$value" ] || line "$1/device/serial"
  [ -n "$value" ] || [ ! -r "$1/device/vpd_pg80" ] ||
    value=$(tail -c +5 "$1/device/vpd_pg80" 2> /dev/null | tr -dc ' -~' | sed 's/^ *//; s/ *$//')
}

# health_of NAME: `good` or `failing` by the disk's own word, where the agent has smartctl.
health_of() {
  command -v smartctl > /dev/null || return 0
  case $(smartctl -H "/dev/$1" 2> /dev/null) in
    *FAIL*) echo failing ;;
    *PASSED* | *': OK'*) echo good ;;
  esac
}

# is_disk FOLDER: whether it is one that can hold something; $value is its size, in sectors of 512 bytes.
is_disk() {
  case ${1##*/} in
    '*' | loop* | ram* | zram* | sr* | fd* | dm-* | md* | nbd* | mmcblk*boot*) return 1 ;;
  esac
  line "$1/size"
  case $value in '' | 0* | *[!0-9]*) return 1 ;; esac
}

disks() {
  items=0
  for folder in "$root"/sys/block/*; do
    name=${folder##*/}
    is_disk "$folder" || continue
    [ "$items" -lt 48 ] || break
    comma
    printf '{"name":"/dev/%s","size":%.0f,' "$name" "$((value * 512))"
    line "$folder/device/model"
    printf '"model":%s,' "$(string "$value")"
    serial_of "$folder"
    printf '"serial":%s,"bus":"%s",' "$(string "$value")" "$(bus_of "$folder" "$name")"
    line "$folder/queue/rotational"
    [ "$value" = 1 ] && value=true || value=false
    printf '"rotational":%s,"health":%s}' "$value" "$(string "$(health_of "$name")")"
  done
}
