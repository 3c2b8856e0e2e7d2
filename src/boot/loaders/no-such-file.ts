/** What firmware is told to fetch that goes on to its disk when there is no such file. Nobody has it. */
export const noSuchFile = 'no-such-file.efi'
