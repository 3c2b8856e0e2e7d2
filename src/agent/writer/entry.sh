# The entry of UEFI's boot menu for the disk that was written. Firmware that has none finds EFI/BOOT by itself, so
# whatever hinders it is told, and the install goes on.

# By it the entries of installs before are known.
entry_label=Bootwright

# boot_entry: nothing where the machine booted by BIOS, or the image has no ESP.
boot_entry() {
  [ -d "$root/sys/firmware/efi" ] || return 0
  esp=$(sfdisk -d /run/table 2> /dev/null |
    sed -n 's/^.*table\([0-9]*\) : start= *\([0-9]*\),.*type=\(C12A7328-F81F-11D2-BA4B-00A0C93EC93B\|ef\)\(,.*\)*$/\1 \2/p' |
    head -n 1)
  [ -n "$esp" ] || return 0
  find_loader "${esp#* }" || { no_entry 'its ESP has no loader for this machine' && return; }
  mount -o remount,rw "$root/sys/firmware/efi/efivars" 2> "$problem" || { no_entry && return; }
  set_entry "${esp% *}" && say "The firmware boots it by $loader, network first where it was."
  mount -o remount,ro "$root/sys/firmware/efi/efivars" 2> /dev/null || :
}

no_entry() {
  why="no boot entry is made: ${1:-$(tail -n 1 "$problem" | plain)}"
  say "$why"
  body="{\"event\":\"progress\",\"percent\":100,\"message\":$(string "$(echo "$why" | plain)")}"
  timeout 10 wget -q -O /dev/null --header 'Content-Type: application/json' --post-data "$body" "$url" 2> /dev/null || :
}

# find_loader SECTOR: in $loader the one that the ESP there has for this machine: the distribution's own by
# preference, the shim before what that starts.
find_loader() {
  read -r bits < "$root/sys/firmware/efi/fw_platform_size" || bits=64
  case $bits$(uname -m) in
    64x86_64) arch=x64 ;;
    32*) arch=ia32 ;;
    *) arch=aa64 ;;
  esac
  MTOOLS_SKIP_CHECK=1 mdir -b -/ -i "$target@@$(($1 * 512))" ::/EFI > /run/loaders 2> /dev/null
  for name in shim systemd-boot grub; do
    found=$(grep -i "/EFI/[A-Za-z0-9._-]*/$name$arch\.efi" /run/loaders | grep -iv /EFI/BOOT/ | head -n 1)
    [ -z "$found" ] || break
  done
  [ -n "$found" ] || found=$(grep -i "/EFI/BOOT/boot$arch\.efi" /run/loaders | head -n 1)
  loader=$(echo "${found#::}" | tr -d '\r' | tr / '\134')
  [ -n "$loader" ]
}

# set_entry PARTITION: one entry, where the one before stood in the boot order, else behind those of the network
# that are in front.
set_entry() {
  list_entries /run/before || return
  for old in $(entries /run/before); do
    timeout 60 efibootmgr -q -b "$old" -B > "$problem" 2>&1 || { no_entry && return 1; }
  done
  timeout 60 efibootmgr -q -C -d "$target" -p "$1" -l "$loader" -L $entry_label > "$problem" 2>&1 ||
    { no_entry && return 1; }
  list_entries /run/after || return
  new=$(entries /run/after | head -n 1)
  [ -n "$new" ] || { no_entry 'the firmware has not kept it' && return 1; }
  timeout 60 efibootmgr -q -o "$(order_with "$new")" > "$problem" 2>&1 || { no_entry && return 1; }
}

list_entries() { timeout 60 efibootmgr -v > "$1" 2> "$problem" || { no_entry && return 1; }; }

# entries FILE: the numbers of ours.
entries() { sed -n "s/^Boot\([0-9A-F]\{4\}\)[* ] $entry_label\(\t.*\)*$/\1/p" "$1"; }

# order_with NEW: what the boot order was with it. A setup or a shell that stands behind the network stays behind it.
order_with() {
  awk -v new="$1" -v label="$entry_label" '
    /^BootOrder: / { count = split($2, order, ",") }
    /^Boot[0-9A-F][0-9A-F][0-9A-F][0-9A-F][* ]/ {
      id = substr($0, 5, 4)
      ours[id] = index($0 "\t", label "\t") == 11
      network[id] = /MAC\(|Uri\(/
      passed[id] = network[id] || /FvFile\(/ || substr($0, 9, 1) != "*"
    }
    END {
      while (at < count && !ours[order[at + 1]]) at++
      if (at < count) at++
      else for (at = i = 0; passed[order[++i]];) if (network[order[i]]) at = i
      for (i = 0; i <= count; i++) {
        if (i > 0 && !ours[order[i]] && order[i] != new) text = text "," order[i]
        if (i == at) text = text "," new
      }
      print substr(text, 2)
    }' /run/before
}
