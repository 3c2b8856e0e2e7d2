# Values for JSON. What hardware says of itself may be anything, and is at most 64 printable letters here.

# line FILE: its first line in $value, without blanks around it; nothing where it cannot be read.
line() {
  value=
  # Some files can be opened and not be read.
  { read -r value < "$1"; } 2> /dev/null || :
}

# string TEXT: as JSON, `null` for nothing.
string() {
  text=$1
  case $text in
    *[!\ -~]* | *[\\\"]* | ????????????????????????????????????????????????????????????????*)
      text=$(printf '%s\n' "$text" | sed 's/[^ -~]//g; s/^ *//; s/^\(.\{64\}\).*/\1/; s/ *$//; s/[\\"]/\\&/g')
      ;;
  esac
  if [ -n "$text" ]; then printf '"%s"' "$text"; else printf null; fi
}

# number TEXT: in $json, `null` for what is none.
number() {
  case $1 in
    '' | *[!0-9]* | 0?*) json=null ;;
    *) json=$1 ;;
  esac
}

# comma: between the items of a list; $items counts them.
comma() {
  items=$((items + 1))
  [ "$items" = 1 ] || printf ,
}
