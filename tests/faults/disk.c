/* A disk that remembers and that fails. Preloaded, it logs what a program does to the files below YIZAN_DISK_FOLDER, in
 * order, and makes calls fail as a control page says. Both are files, so that whoever watches can read and steer.
 *
 * The log is a sequence of records: op, length of the name, length of the data (u32 each), offset (u64), name, data.
 * The control page is u64s: calls counted, first call that fails, how many fail from there, which kinds (bits), errno,
 * whether to log. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, TRUNCATE = 2, SYNC = 3, UNLINK = 4, CREATE = 5 };
enum { COUNTED, FIRST, HOW_MANY, KINDS, ERRNO, LOGGING };
#define FILES 4096

static char *name_of[FILES];
static volatile uint64_t *control;
static const char *folder;
static int log_fd = -1;

static void __attribute__((constructor)) begin(void) {
    folder = getenv("YIZAN_DISK_FOLDER");
    const char *page = getenv("YIZAN_DISK_CONTROL"), *log = getenv("YIZAN_DISK_LOG");
    if (!folder || !page || !log) return;
    int fd = syscall(SYS_openat, AT_FDCWD, page, O_RDWR, 0);
    control = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    if (control == MAP_FAILED) control = NULL;
    /* far from the numbers that programs are given, and not closed by them */
    fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT, 0600);
    log_fd = fcntl(fd, F_DUPFD_CLOEXEC, 900);
    syscall(SYS_close, fd);
}

static int ours(const char *path) {
    return control && folder && path && strncmp(path, folder, strlen(folder)) == 0 && !strstr(path, "-shm");
}

static const char *known(int fd) { return fd >= 0 && fd < FILES ? name_of[fd] : NULL; }

static void record(uint32_t op, const char *name, uint64_t offset, const void *data, uint32_t length) {
    if (!control || !control[LOGGING]) return;
    const char *slash = strrchr(name, '/');
    name = slash ? slash + 1 : name;
    uint32_t head[3] = {op, (uint32_t)strlen(name), length};
    struct iovec parts[4] = {{head, sizeof head}, {&offset, 8}, {(void *)name, head[1]}, {(void *)data, length}};
    syscall(SYS_writev, log_fd, parts, 4);
}

/* Whether this call is to fail; errno is set then. */
static int fails(uint32_t op) {
    if (!control || !(control[KINDS] & (1u << op))) return 0;
    uint64_t now = __sync_add_and_fetch(&control[COUNTED], 1), first = control[FIRST];
    if (!first || now < first || now >= first + control[HOW_MANY]) return 0;
    errno = (int)control[ERRNO];
    return 1;
}

static int opened(int fd, const char *path, int flags, int there) {
    if (fd < 0 || fd >= FILES) return fd;
    free(name_of[fd]);
    name_of[fd] = ours(path) ? strdup(path) : NULL;
    if (name_of[fd] && (flags & O_CREAT) && !there) record(CREATE, path, 0, "", 0);
    return fd;
}

static int open_at(int where, const char *path, int flags, mode_t mode) {
    int there = ours(path) && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
    return opened(syscall(SYS_openat, where, path, flags, mode), path, flags, there);
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, int); va_end(rest); }

int open(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_at(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int where, const char *path, int flags, ...) { MODE(flags) return open_at(where, path, flags, mode); }
int openat64(int where, const char *path, int flags, ...) { MODE(flags) return open_at(where, path, flags, mode); }

int close(int fd) {
    if (known(fd)) { free(name_of[fd]); name_of[fd] = NULL; }
    return syscall(SYS_close, fd);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) {
    const char *name = known(fd);
    if (name && fails(WRITE)) return -1;
    ssize_t done = syscall(SYS_pwrite64, fd, data, length, at);
    if (name && done > 0) record(WRITE, name, at, data, done);
    return done;
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t at) { return pwrite64(fd, data, length, at); }

ssize_t write(int fd, const void *data, size_t length) {
    const char *name = known(fd);
    if (name && fails(WRITE)) return -1;
    off_t at = name ? syscall(SYS_lseek, fd, 0, SEEK_CUR) : 0;
    if (name && (fcntl(fd, F_GETFL) & O_APPEND)) at = syscall(SYS_lseek, fd, 0, SEEK_END);
    ssize_t done = syscall(SYS_write, fd, data, length);
    if (name && done > 0) record(WRITE, name, at, data, done);
    return done;
}

int ftruncate64(int fd, off64_t length) {
    const char *name = known(fd);
    if (name && fails(TRUNCATE)) return -1;
    int done = syscall(SYS_ftruncate, fd, length);
    if (name && !done) record(TRUNCATE, name, length, "", 0);
    return done;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int sync_with(int call, int fd) {
    const char *name = known(fd);
    if (name && fails(SYNC)) return -1;
    int done = syscall(call, fd);
    if (name && !done) record(SYNC, name, 0, "", 0);
    return done;
}
int fsync(int fd) { return sync_with(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_with(SYS_fdatasync, fd); }

int unlink(const char *path) {
    if (ours(path) && fails(UNLINK)) return -1;
    int done = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (ours(path) && !done) record(UNLINK, path, 0, "", 0);
    return done;
}
