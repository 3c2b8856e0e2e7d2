/*
 * Downloads one file again and again over TFTP (RFC 1350, 2347, 2348, 7440), by several clients at once
 * from one thread, and compares every byte with a copy of the file.
 *
 *   tftp-load ADDRESS PORT NAME COPY BLKSIZE WINDOW CLIENTS SECONDS
 *
 * Prints JSON: bytes that arrived, seconds, finished and failed downloads, packets sent again, and the
 * times of one download in milliseconds. Every download has a socket of its own, like a machine.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 32, PACKET = 2048, MOST_TIMES = 1 << 20 };

struct client {
  int fd;
  int known;      /* the server's port is */
  uint64_t next;  /* block that is wanted, from 1 */
  uint64_t bytes;
  int in_window;  /* blocks since the last ACK */
  int block_size, window;
  int gap;        /* a lost block was told */
  int tries;
  double began, heard;
};

static struct sockaddr_in server;
static unsigned char request[512];
static int request_bytes, want_window;
static const unsigned char *copy;
static uint64_t copy_bytes, total;
static long finished, failed, again, times;
static double took[MOST_TIMES], stop_at;
static int poller;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void ask(struct client *c) { sendto(c->fd, request, request_bytes, 0, (void *)&server, sizeof server); }

static void start(struct client *c) {
  int room = 4 << 20;
  memset(c, 0, sizeof *c);
  c->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  c->next = 1;
  c->block_size = 512;
  c->window = 1;
  c->began = c->heard = now();
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
  ask(c);
}

static void end(struct client *c, int good) {
  if (good) {
    finished++;
    if (times < MOST_TIMES) took[times++] = (now() - c->began) * 1e3;
  } else {
    failed++;
  }
  close(c->fd);
  c->fd = -1;
  if (now() < stop_at) start(c);
}

static void ack(struct client *c) {
  uint16_t n = (uint16_t)(c->next - 1);
  unsigned char packet[4] = {0, 4, n >> 8, n & 255};
  send(c->fd, packet, 4, 0);
  c->in_window = 0;
}

static void read_options(struct client *c, char *at, char *limit) {
  while (at < limit) {
    char *name = at, *value = at + strlen(at) + 1;
    if (value >= limit) return;
    if (!strcasecmp(name, "blksize")) c->block_size = atoi(value);
    if (!strcasecmp(name, "windowsize")) c->window = atoi(value);
    at = value + strlen(value) + 1;
  }
}

/* One block; 0 when the download is over and the socket closed. */
static int take_data(struct client *c, const unsigned char *p, int length) {
  uint16_t number = p[2] << 8 | p[3];
  if (number != (uint16_t)c->next) {
    again++;
    if (!c->gap) ack(c);
    c->gap = 1;
    return 1;
  }
  uint64_t at = (c->next - 1) * c->block_size;
  if (at + length > copy_bytes || memcmp(copy + at, p + 4, length) != 0) {
    fprintf(stderr, "block %llu is not the file's\n", (unsigned long long)c->next);
    end(c, 0);
    return 0;
  }
  c->gap = 0;
  c->next++;
  c->bytes += length;
  total += length;
  c->in_window++;
  if (length < c->block_size) {
    ack(c);
    end(c, c->bytes == copy_bytes);
    return 0;
  }
  if (c->in_window >= c->window) ack(c);
  return 1;
}

static int take(struct client *c, unsigned char *p, int length) {
  if (length < 4) return 1;
  c->tries = 0;
  int code = p[0] << 8 | p[1];
  if (code == 3) return take_data(c, p, length - 4);
  if (code == 6 && c->next == 1) {
    p[length] = 0;
    read_options(c, (char *)p + 2, (char *)p + length);
    ack(c);
  }
  if (code == 5) {
    p[length] = 0;
    fprintf(stderr, "ERROR %d: %s\n", p[2] << 8 | p[3], p + 4);
    end(c, 0);
    return 0;
  }
  return 1;
}

static void hear(struct client *c) {
  static unsigned char packets[BATCH][PACKET];
  struct mmsghdr heads[BATCH];
  struct iovec places[BATCH];
  struct sockaddr_in from;
  int fd = c->fd;
  memset(heads, 0, sizeof heads);
  /* One at a time until the port is known, and where no window brings more than one. */
  int most = c->known && c->window > 1 ? BATCH : 1;
  for (int i = 0; i < most; i++) {
    places[i] = (struct iovec){packets[i], PACKET - 1};
    heads[i].msg_hdr = (struct msghdr){.msg_iov = &places[i], .msg_iovlen = 1};
  }
  if (!c->known) heads[0].msg_hdr = (struct msghdr){&from, sizeof from, places, 1, 0, 0, 0};
  int n = recvmmsg(fd, heads, most, 0, NULL);
  if (n <= 0) return;
  if (!c->known) connect(fd, (void *)&from, sizeof from);
  c->known = 1;
  c->heard = now();
  for (int i = 0; i < n; i++)
    if (!take(c, packets[i], heads[i].msg_len)) return;
}

static void look_at_clock(struct client *c) {
  double t = now();
  if (c->fd < 0 || t - c->heard < 1) return;
  c->heard = t;
  again++;
  if (++c->tries > 10) end(c, 0);
  else if (c->known) ack(c);
  else ask(c);
}

/* The server need not wait for us any more. */
static void leave(struct client *c) {
  static const unsigned char error[] = "\0\5\0\0stop";
  if (c->fd >= 0 && c->known) send(c->fd, error, sizeof error, 0);
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static void option(const char *name, int value) {
  request_bytes += sprintf((char *)request + request_bytes, "%s", name) + 1;
  request_bytes += sprintf((char *)request + request_bytes, "%d", value) + 1;
}

int main(int argc, char **argv) {
  if (argc != 9) {
    fprintf(stderr, "usage: tftp-load ADDRESS PORT NAME COPY BLKSIZE WINDOW CLIENTS SECONDS\n");
    return 2;
  }
  server.sin_family = AF_INET;
  server.sin_port = htons(atoi(argv[2]));
  inet_pton(AF_INET, argv[1], &server.sin_addr);
  int file = open(argv[4], O_RDONLY), block_size = atoi(argv[5]), count = atoi(argv[7]);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) return perror(argv[4]), 2;
  copy_bytes = status.st_size;
  copy = mmap(NULL, copy_bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  want_window = atoi(argv[6]);

  request[1] = 1;
  request_bytes = 2 + sprintf((char *)request + 2, "%s", argv[3]) + 1;
  request_bytes += sprintf((char *)request + request_bytes, "octet") + 1;
  if (block_size != 512) option("blksize", block_size);
  option("tsize", 0);
  if (want_window > 1) option("windowsize", want_window);

  poller = epoll_create1(0);
  struct client *clients = calloc(count, sizeof *clients);
  double began = now(), looked = began;
  stop_at = began + atof(argv[8]);
  for (int i = 0; i < count; i++) start(&clients[i]);
  while (now() < stop_at) {
    struct epoll_event events[256];
    int n = epoll_wait(poller, events, 256, 100);
    for (int i = 0; i < n; i++) hear(events[i].data.ptr);
    if (now() - looked < 0.2) continue;
    looked = now();
    for (int i = 0; i < count; i++) look_at_clock(&clients[i]);
  }
  double seconds = now() - began;
  for (int i = 0; i < count; i++) leave(&clients[i]);
  qsort(took, times, sizeof *took, by_size);
  printf("{\"bytes\":%llu,\"seconds\":%.3f,\"finished\":%ld,\"failed\":%ld,\"again\":%ld,\"p50\":%.2f,\"p99\":%.2f}\n",
         (unsigned long long)total, seconds, finished, failed, again, times ? took[times / 2] : -1,
         times ? took[times * 99 / 100] : -1);
  return failed ? 1 : 0;
}
