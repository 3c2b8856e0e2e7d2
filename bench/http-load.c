/*
 * Downloads one file again and again over HTTP/1.1, on several connections at once from one thread.
 *
 *   http-load ADDRESS PORT PATH COPY CONNECTIONS SECONDS RATE CHECK
 *
 * RATE is what each connection takes in bytes a second, 0 for all that comes. With CHECK 1 every byte is
 * compared with a copy of the file. Prints JSON: bytes of bodies, seconds, finished and failed downloads,
 * and the CPU seconds that this took.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 18, HEAD = 4096 };

struct connection {
  int fd;
  char head[HEAD]; /* of the answer, until its empty line has come */
  int head_bytes;
  int in_body;
  uint64_t left, at;
  uint64_t taken; /* in all, to keep the pace */
};

static struct sockaddr_in server;
static char request[512];
static int request_bytes, poller, check;
static const char *copy;
static uint64_t copy_bytes, total;
static long finished, failed;
static double rate;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void ask(struct connection *c) {
  c->head_bytes = c->in_body = 0;
  c->at = 0;
  if (send(c->fd, request, request_bytes, MSG_NOSIGNAL) != request_bytes) failed++;
}

static void start(struct connection *c) {
  int small = 32768;
  memset(c, 0, sizeof *c);
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (rate > 0) setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  if (connect(c->fd, (void *)&server, sizeof server) != 0) {
    perror("connect");
    exit(1);
  }
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  if (rate == 0) epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
  ask(c);
}

static void broken(struct connection *c, const char *why) {
  if (failed++ == 0) fprintf(stderr, "%s\n", why);
  close(c->fd);
  c->fd = -1;
}

static void take_body(struct connection *c, const char *bytes, uint64_t length) {
  if (check && memcmp(copy + c->at, bytes, length) != 0) return broken(c, "other bytes than the file's");
  c->at += length;
  c->left -= length;
  total += length;
  if (c->left > 0) return;
  finished++;
  ask(c);
}

static void take_head(struct connection *c, const char *bytes, int length) {
  int room = HEAD - 1 - c->head_bytes, part = length < room ? length : room;
  memcpy(c->head + c->head_bytes, bytes, part);
  c->head[c->head_bytes += part] = 0;
  char *end = strstr(c->head, "\r\n\r\n");
  if (!end) return;
  char *size = strcasestr(c->head, "\r\nContent-Length:");
  if (strncmp(c->head, "HTTP/1.1 200", 12) != 0 || !size) return broken(c, c->head);
  c->left = strtoull(size + 17, NULL, 10);
  if (c->left != copy_bytes) return broken(c, "another length than the file's");
  c->in_body = 1;
  int head = end + 4 - c->head, before = c->head_bytes - part;
  if (head - before < length) take_body(c, bytes + head - before, length - (head - before));
}

/* Takes what is there, up to `most` bytes. */
static void hear(struct connection *c, uint64_t most) {
  static char buffer[BUFFER];
  ssize_t n = recv(c->fd, buffer, most < BUFFER ? most : BUFFER, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) return broken(c, "the connection was cut");
  c->taken += n;
  if (c->in_body) take_body(c, buffer, n);
  else take_head(c, buffer, n);
}

static void hear_slowly(struct connection *c, double elapsed) {
  uint64_t due = elapsed * rate;
  if (c->fd >= 0 && due > c->taken) hear(c, due - c->taken);
}

int main(int argc, char **argv) {
  if (argc != 9) {
    fprintf(stderr, "usage: http-load ADDRESS PORT PATH COPY CONNECTIONS SECONDS RATE CHECK\n");
    return 2;
  }
  server.sin_family = AF_INET;
  server.sin_port = htons(atoi(argv[2]));
  inet_pton(AF_INET, argv[1], &server.sin_addr);
  request_bytes = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", argv[3], argv[1]);
  int file = open(argv[4], O_RDONLY), count = atoi(argv[5]);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) return perror(argv[4]), 2;
  copy_bytes = status.st_size;
  copy = mmap(NULL, copy_bytes, PROT_READ, MAP_PRIVATE, file, 0);
  rate = atof(argv[7]);
  check = atoi(argv[8]);

  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  poller = epoll_create1(0);
  struct connection *connections = calloc(count, sizeof *connections);
  for (int i = 0; i < count; i++) start(&connections[i]);
  double began = now(), stop_at = began + atof(argv[6]);
  while (now() < stop_at && failed == 0) {
    struct epoll_event events[256];
    if (rate > 0) {
      usleep(50000);
      for (int i = 0; i < count; i++) hear_slowly(&connections[i], now() - began);
      continue;
    }
    int n = epoll_wait(poller, events, 256, 100);
    for (int i = 0; i < n; i++) {
      struct connection *c = events[i].data.ptr;
      if (c->fd >= 0) hear(c, BUFFER);
    }
  }
  double seconds = now() - began;
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  double cpu = used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  printf("{\"bytes\":%llu,\"seconds\":%.3f,\"finished\":%ld,\"failed\":%ld,\"cpu\":%.2f}\n",
         (unsigned long long)total, seconds, finished, failed, cpu);
  return failed ? 1 : 0;
}
