# The seed that cloud-init finds by its label (NoCloud): a small FAT with the answer files of this boot.

seed_sectors=8192

# seed_at SECTORS: where it lies on a disk of so many: as far behind as whole MiB go, before the copy of the table.
seed_at() { echo $((($1 - 2048 - seed_sectors) / 2048 * 2048)); }

# old_seed TABLE SECTORS: the number of the partition that is the seed of an install before, on a disk of so many
# sectors with this table, as sfdisk dumps it.
old_seed() {
  sed -n "s/^.*[^0-9]\([0-9]*\) : start= *$(seed_at "$2"), size= *$seed_sectors, type=\(c\|EBD0A0A2-.*name=\"cidata\"\).*$/\1/p" "$1"
}

# get_seed: the file system in /run/seed.img; none where the order names no files.
get_seed() {
  rm -f /run/seed.img
  files=$(order seed)
  [ -n "$files" ] || return 0
  mkdir -p /run/seed
  mformat -C -i /run/seed.img -v CIDATA -h 16 -s 32 -T "$seed_sectors" :: 2> /run/problem ||
    fail "the seed cannot be made: $(plain < /run/problem)"
  for name in $files; do
    case $name in *[!a-z-]*) fail 'the seed has a name that is none' ;; esac
    timeout 60 wget -q -O "/run/seed/$name" "$server/files/$token/$name" 2> /run/problem ||
      fail "$name cannot be fetched: $(plain < /run/problem)"
    mcopy -o -i /run/seed.img "/run/seed/$name" "::$name" 2> /run/problem ||
      fail "$name does not fit into the seed: $(plain < /run/problem)"
  done
}
