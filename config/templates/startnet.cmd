wpeinit
curl -s "{{ phoneHome }}?event=ready"
rem What installs goes here: setup.exe of a share, or diskpart, dism and bcdboot.
curl -s "{{ phoneHome }}?event=done"
wpeutil reboot
