# The seed that cloud-init finds by its label (NoCloud): a small FAT with the answer files of this boot.

seed_sectors=8192

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
