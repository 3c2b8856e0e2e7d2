import { createRequire } from 'node:module'
import { getSystemErrorName } from 'node:util'

/**
 * The functions of libc that are called, each as its manual page has it (section 2), with numbers for pointers. They
 * give -1 where they failed, and `errno` says why as long as nothing else was called.
 */
export interface Libc {
  socket(family: number, type: number, protocol: number): number
  bind(fd: number, address: number, length: number): number
  connect(fd: number, address: number, length: number): number
  getsockname(fd: number, address: number, length: number): number
  setsockopt(fd: number, level: number, name: number, value: number, length: number): number
  recv(fd: number, at: number, length: number, flags: number): number
  recvmmsg(fd: number, headers: number, count: number, flags: number, timeout: number): number
  send(fd: number, at: number, length: number, flags: number): number
  sendmmsg(fd: number, headers: number, count: number, flags: number): number
  epollCreate(flags: number): number
  epollCtl(epoll: number, what: number, fd: number, event: number): number
  epollWait(epoll: number, events: number, most: number, timeoutMs: number): number
  eventfd(value: number, flags: number): number
  read(fd: number, at: number, length: number): number
  pread(fd: number, at: number, length: number, offset: number): number
  sendfile(to: number, from: number, offset: number, length: number): number
  fcntl(fd: number, what: number, value: number): number
  ioctl(fd: number, what: number, at: number): number
  close(fd: number): number
  errno(): number
  /** Where these bytes lie; they stay there as long as they are reachable. */
  addressOf(bytes: Uint8Array): number
}

/** The part of koffi that is used. */
interface Koffi {
  load(file: null): { func(prototype: string): (...values: number[]) => number }
  address(bytes: Uint8Array): bigint
  errno(): number
}

/** Where the layout of what the kernel is handed is the one that is written here: LP64, little-endian, generic numbers. */
const architectures = ['x64', 'arm64', 'riscv64']

/** Throws, in words for the log, where system calls cannot be made from here. */
export function loadLibc(): Libc {
  if (process.platform !== 'linux' || !architectures.includes(process.arch)) {
    throw new Error(`no system calls of our own on ${process.platform} ${process.arch}`)
  }
  // Not an import: it may be missing, where its binaries are not for this machine or npm left it out.
  const koffi: Koffi = createRequire(import.meta.url)('koffi')
  const program = koffi.load(null)
  const call = (prototype: string) => program.func(prototype)
  // What counts bytes counts few of them: its lower half is the number, and a plain one in JavaScript.
  return {
    socket: call('int socket(int, int, int)'),
    bind: call('int bind(int, uintptr_t, uint32_t)'),
    connect: call('int connect(int, uintptr_t, uint32_t)'),
    getsockname: call('int getsockname(int, uintptr_t, uintptr_t)'),
    setsockopt: call('int setsockopt(int, int, int, uintptr_t, uint32_t)'),
    recv: call('int recv(int, uintptr_t, size_t, int)'),
    recvmmsg: call('int recvmmsg(int, uintptr_t, uint32_t, int, uintptr_t)'),
    send: call('int send(int, uintptr_t, size_t, int)'),
    sendmmsg: call('int sendmmsg(int, uintptr_t, uint32_t, int)'),
    epollCreate: call('int epoll_create1(int)'),
    epollCtl: call('int epoll_ctl(int, int, int, uintptr_t)'),
    epollWait: call('int epoll_wait(int, uintptr_t, int, int)'),
    eventfd: call('int eventfd(uint32_t, int)'),
    read: call('int read(int, uintptr_t, size_t)'),
    pread: call('int pread(int, uintptr_t, size_t, int64_t)'),
    sendfile: call('int sendfile(int, int, uintptr_t, size_t)'),
    fcntl: call('int fcntl(int, int, int)'),
    ioctl: call('int ioctl(int, unsigned long, uintptr_t)'),
    close: call('int close(int)'),
    errno: () => koffi.errno(),
    addressOf: bytes => Number(koffi.address(bytes)),
  }
}

/** Why system calls cannot be made from here; undefined where they can. */
export function whyNoLibc(): string | undefined {
  try {
    loadLibc()
    return undefined
  } catch (error) {
    return (error as Error).message.split('\n')[0]
  }
}

/** What a call failed with, as Node words it. */
export function systemError(syscall: string, errno: number, more = ''): NodeJS.ErrnoException {
  const code = errno > 0 ? getSystemErrorName(-errno) : 'EIO'
  return Object.assign(new Error(`${syscall} ${code}${more}`), { code, errno: -errno, syscall })
}
