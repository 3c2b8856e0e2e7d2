/*
 * Downloads files over HTTP/1.1 for many machines from one thread, and compares every byte with a copy.
 *
 *   http-fetch ADDRESS PORT COPY...
 *
 * Each line of stdin is one download: a number of the caller's, the machine's own address, the URL path,
 * and which of the copies it must be (from 0). For each a line is printed when it is over: the number and
 * `ok`, or why not. Ends with stdin, when all downloads are over.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 18, HEAD = 4096, MOST_COPIES = 8, LINES = 1 << 16 };

struct copy {
  const char *bytes;
  uint64_t size;
};

struct download {
  int fd, number, head_bytes, in_body;
  const struct copy *copy;
  uint64_t at;
  char request[512];
  char head[HEAD];
};

static struct sockaddr_in server;
static struct copy copies[MOST_COPIES];
static int count_of_copies, poller, running;

static void end(struct download *d, const char *how) {
  printf("%d %s\n", d->number, how);
  fflush(stdout);
  if (d->fd >= 0) close(d->fd);
  free(d);
  running--;
}

static void start(int number, const char *from, const char *path, int copy) {
  struct sockaddr_in own = {.sin_family = AF_INET};
  struct download *d = calloc(1, sizeof *d);
  int on = 1;
  d->number = number;
  d->copy = &copies[copy];
  running++;
  snprintf(d->request, sizeof d->request, "GET %s HTTP/1.1\r\nHost: storm\r\nConnection: close\r\n\r\n", path);
  inet_pton(AF_INET, from, &own.sin_addr);
  d->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  /* The port is chosen with the connection, so that all machines may have the same. */
  setsockopt(d->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (bind(d->fd, (void *)&own, sizeof own) != 0) return end(d, strerror(errno));
  if (connect(d->fd, (void *)&server, sizeof server) != 0 && errno != EINPROGRESS) return end(d, strerror(errno));
  struct epoll_event event = {.events = EPOLLOUT, .data.ptr = d};
  epoll_ctl(poller, EPOLL_CTL_ADD, d->fd, &event);
}

static void ask(struct download *d) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = d};
  int length = strlen(d->request), error = 0;
  socklen_t size = sizeof error;
  getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) return end(d, strerror(error));
  if (send(d->fd, d->request, length, MSG_NOSIGNAL) != length) return end(d, "the request does not leave");
  epoll_ctl(poller, EPOLL_CTL_MOD, d->fd, &event);
}

static void take_body(struct download *d, const char *bytes, uint64_t length) {
  if (d->at + length > d->copy->size || memcmp(d->copy->bytes + d->at, bytes, length) != 0)
    return end(d, "other bytes than the file's");
  d->at += length;
  if (d->at == d->copy->size) end(d, "ok");
}

static void take_head(struct download *d, const char *bytes, int length) {
  int before = d->head_bytes, room = HEAD - 1 - before, part = length < room ? length : room;
  memcpy(d->head + before, bytes, part);
  d->head[d->head_bytes += part] = 0;
  char *stop = strstr(d->head, "\r\n\r\n");
  if (!stop) return;
  if (strncmp(d->head, "HTTP/1.1 200", 12) != 0) {
    *strchr(d->head, '\r') = 0;
    return end(d, d->head);
  }
  char *size = strcasestr(d->head, "\r\nContent-Length:");
  if (!size || strtoull(size + 17, NULL, 10) != d->copy->size) return end(d, "another length than the file's");
  d->in_body = 1;
  int head = stop + 4 - d->head - before;
  if (head < length) take_body(d, bytes + head, length - head);
}

static void hear(struct download *d) {
  static char buffer[BUFFER];
  ssize_t n = recv(d->fd, buffer, BUFFER, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) return end(d, "the connection was cut");
  if (d->in_body) take_body(d, buffer, n);
  else take_head(d, buffer, n);
}

/* Whole lines only; 0 at the end of stdin. */
static int read_lines(void) {
  static char text[LINES];
  static int bytes;
  ssize_t n = read(0, text + bytes, LINES - 1 - bytes);
  if (n < 0 && errno == EAGAIN) return 1;
  if (n <= 0) return 0;
  text[bytes += n] = 0;
  char *line = text, *stop;
  for (; (stop = strchr(line, '\n')); line = stop + 1) {
    int number, copy;
    char from[64], path[300];
    *stop = 0;
    if (sscanf(line, "%d %63s %299s %d", &number, from, path, &copy) == 4 && copy >= 0 && copy < count_of_copies)
      start(number, from, path, copy);
  }
  bytes = text + bytes - line;
  memmove(text, line, bytes);
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 4 || argc - 3 > MOST_COPIES) {
    fprintf(stderr, "usage: http-fetch ADDRESS PORT COPY...\n");
    return 2;
  }
  server.sin_family = AF_INET;
  server.sin_port = htons(atoi(argv[2]));
  inet_pton(AF_INET, argv[1], &server.sin_addr);
  for (; count_of_copies < argc - 3; count_of_copies++) {
    struct copy *c = &copies[count_of_copies];
    struct stat status;
    int file = open(argv[3 + count_of_copies], O_RDONLY);
    if (file < 0 || fstat(file, &status) != 0) return perror(argv[3 + count_of_copies]), 2;
    c->size = status.st_size;
    c->bytes = mmap(NULL, c->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  }
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  poller = epoll_create1(0);
  fcntl(0, F_SETFL, O_NONBLOCK);
  struct epoll_event in = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(poller, EPOLL_CTL_ADD, 0, &in);
  int open_in = 1;
  while (open_in || running > 0) {
    struct epoll_event events[256];
    int n = epoll_wait(poller, events, 256, 1000);
    for (int i = 0; i < n; i++) {
      struct download *d = events[i].data.ptr;
      if (d && events[i].events & EPOLLOUT) ask(d);
      else if (d) hear(d);
      else if (!read_lines()) {
        open_in = 0;
        epoll_ctl(poller, EPOLL_CTL_DEL, 0, NULL);
      }
    }
  }
  return 0;
}
