import {
  type BigIntStats,
  closeSync,
  fstatSync,
  openSync,
  readlinkSync,
  realpathSync,
} from 'node:fs'
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises'

/** Calls of the system that files are found and opened by. */
export interface FileCalls<File> {
  realpath(path: string): Promise<string> | string
  open(path: string, flags: number): Promise<File> | File
  status(file: File): Promise<BigIntStats> | BigIntStats
  /** The path of what is open. */
  pathOf(file: File): Promise<string> | string
  close(file: File): Promise<void> | void
}

/** Nobody waits for the disk. */
export const pooledFiles: FileCalls<FileHandle> = {
  realpath: path => realpath(path),
  open: (path, flags) => open(path, flags),
  status: file => file.stat({ bigint: true }),
  pathOf: ({ fd }) => readlink(descriptorPath(fd)),
  close: file => file.close(),
}

/** The thread itself waits, which takes a fraction of the time. Files are their descriptors. */
export const waitedFiles: FileCalls<number> = {
  realpath: path => realpathSync.native(path),
  open: (path, flags) => openSync(path, flags),
  status: fd => fstatSync(fd, { bigint: true }),
  pathOf: fd => readlinkSync(descriptorPath(fd)),
  close: fd => closeSync(fd),
}

function descriptorPath(fd: number): string {
  return `/proc/self/fd/${fd}`
}
