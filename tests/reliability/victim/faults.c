/* Lets the n-th file operation under one folder fail, write short, or be the last of its process.

   Loaded with LD_PRELOAD and armed from within by ctypes. The calls of the C library are counted,
   not those it makes itself: what goes through FILE is counted at fopen, fwrite and fclose. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum kind { WRITE = 1, SYNC = 2, RENAME = 4, CREATE = 8, TRUNCATE = 16, REMOVE = 32, MAKE = 64 };
enum action { COUNT, FAIL, SHORT, KILL_BEFORE, KILL_AFTER, KILL_TORN };

static char folder[PATH_MAX];
static size_t folder_length;
static unsigned armed_kinds;
static long nth;
static int action, error, sticky, announce_to = -1;
static long seen, hits;
static long long clock_shift;

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

void faults_arm(const char *under, unsigned kinds, long n, int what, int code, int stays, int to)
{
    strncpy(folder, under, sizeof folder - 1);
    folder_length = strlen(folder);
    nth = n, action = what, error = code, sticky = stays, announce_to = to;
    seen = hits = 0;
    armed_kinds = kinds;
}

long faults_disarm(void)
{
    armed_kinds = 0;
    return seen;
}

long faults_hits(void) { return hits; }

void faults_shift_clock(long long seconds) { clock_shift = seconds; }

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void announce(const char *call, const char *path)
{
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "hit %s %s\n", call, path);
    unsigned kinds = armed_kinds;
    armed_kinds = 0;
    if (announce_to >= 0 && write(announce_to, line, length) < 0) return;
    armed_kinds = kinds;
}

/* The action to take at this call, 0 to let it pass. */
static int decide(unsigned kind, const char *call, const char *path)
{
    if (!(armed_kinds & kind) || strncmp(path, folder, folder_length)) return COUNT;
    long number = __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST);
    if (!nth || number < nth || (number > nth && !sticky)) return COUNT;
    if (!hits++) announce(call, path);
    if (action == KILL_BEFORE || (action == KILL_TORN && kind != WRITE)) die();
    if (action == SHORT) return number == nth ? (kind == WRITE ? SHORT : COUNT) : FAIL;
    return action;
}

static int path_of(int handle, char *path)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = 0;
    return length > 0;
}

static int decide_handle(unsigned kind, const char *call, int handle)
{
    char path[PATH_MAX];
    int saved = errno;
    int chosen = armed_kinds & kind && path_of(handle, path) ? decide(kind, call, path) : COUNT;
    errno = saved;
    return chosen;
}

static int decide_at(unsigned kind, const char *call, int parent, const char *name)
{
    char path[2 * PATH_MAX], base[PATH_MAX];
    if (!(armed_kinds & kind)) return COUNT;
    if (name[0] == '/' || parent == AT_FDCWD || !path_of(parent, base))
        return decide(kind, call, name);
    snprintf(path, sizeof path, "%s/%s", base, name);
    return decide(kind, call, path);
}

/* What a call does that either happens or not; `failed` is its value when it does not. */
#define WHOLE(chosen, call, failed) \
    do { \
        if ((chosen) == FAIL) return errno = error, (failed); \
        __typeof__(call) result = (call); \
        if ((chosen) == KILL_AFTER) die(); \
        return result; \
    } while (0)

#define PARTLY(chosen, size, call_with, failed) \
    do { \
        if ((chosen) == FAIL) return errno = error, (failed); \
        if ((chosen) == SHORT && (size) > 1) return call_with((size) / 2); \
        if ((chosen) == KILL_TORN) (void)!call_with((size) / 2), die(); \
        __typeof__(call_with(size)) result = call_with(size); \
        if ((chosen) == KILL_AFTER) die(); \
        return result; \
    } while (0)

ssize_t write(int handle, const void *data, size_t size)
{
    REAL(write);
    int chosen = decide_handle(WRITE, "write", handle);
#define SOME(n) real(handle, data, n)
    PARTLY(chosen, size, SOME, -1);
#undef SOME
}

#define PWRITE(name, offset_type) \
    ssize_t name(int handle, const void *data, size_t size, offset_type offset) \
    { \
        REAL(name); \
        int chosen = decide_handle(WRITE, #name, handle); \
        PARTLY(chosen, size, SOME, -1); \
    }
#define SOME(n) real(handle, data, n, offset)
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)
#undef SOME

#define ON_HANDLE(name, kind) \
    int name(int handle) \
    { \
        REAL(name); \
        int chosen = decide_handle(kind, #name, handle); \
        WHOLE(chosen, real(handle), -1); \
    }
ON_HANDLE(fsync, SYNC)
ON_HANDLE(fdatasync, SYNC)

#define ON_LENGTH(name, offset_type) \
    int name(int handle, offset_type length) \
    { \
        REAL(name); \
        int chosen = decide_handle(TRUNCATE, #name, handle); \
        WHOLE(chosen, real(handle, length), -1); \
    }
ON_LENGTH(ftruncate, off_t)
ON_LENGTH(ftruncate64, off64_t)

#define ON_OPEN(name) \
    int name(const char *path, int flags, ...) \
    { \
        REAL(name); \
        va_list rest; \
        va_start(rest, flags); \
        int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, int) : 0; \
        va_end(rest); \
        int chosen = flags & O_CREAT ? decide(CREATE, #name, path) : COUNT; \
        WHOLE(chosen, real(path, flags, mode), -1); \
    }
ON_OPEN(open)
ON_OPEN(open64)

#define ON_OPENAT(name) \
    int name(int parent, const char *path, int flags, ...) \
    { \
        REAL(name); \
        va_list rest; \
        va_start(rest, flags); \
        int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, int) : 0; \
        va_end(rest); \
        int chosen = flags & O_CREAT ? decide_at(CREATE, #name, parent, path) : COUNT; \
        WHOLE(chosen, real(parent, path, flags, mode), -1); \
    }
ON_OPENAT(openat)
ON_OPENAT(openat64)

int rename(const char *from, const char *to)
{
    REAL(rename);
    int chosen = decide(RENAME, "rename", to);
    WHOLE(chosen, real(from, to), -1);
}

int renameat2(int from_parent, const char *from, int to_parent, const char *to, unsigned flags)
{
    REAL(renameat2);
    int chosen = decide_at(RENAME, "renameat2", to_parent, to);
    WHOLE(chosen, real(from_parent, from, to_parent, to, flags), -1);
}

int link(const char *from, const char *to)
{
    REAL(link);
    int chosen = decide(MAKE, "link", to);
    WHOLE(chosen, real(from, to), -1);
}

int linkat(int from_parent, const char *from, int to_parent, const char *to, int flags)
{
    REAL(linkat);
    int chosen = decide_at(MAKE, "linkat", to_parent, to);
    WHOLE(chosen, real(from_parent, from, to_parent, to, flags), -1);
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir);
    int chosen = decide(MAKE, "mkdir", path);
    WHOLE(chosen, real(path, mode), -1);
}

int unlink(const char *path)
{
    REAL(unlink);
    int chosen = decide(REMOVE, "unlink", path);
    WHOLE(chosen, real(path), -1);
}

int rmdir(const char *path)
{
    REAL(rmdir);
    int chosen = decide(REMOVE, "rmdir", path);
    WHOLE(chosen, real(path), -1);
}

int unlinkat(int parent, const char *path, int flags)
{
    REAL(unlinkat);
    int chosen = decide_at(REMOVE, "unlinkat", parent, path);
    WHOLE(chosen, real(parent, path, flags), -1);
}

#define ON_FOPEN(name) \
    FILE *name(const char *path, const char *mode) \
    { \
        REAL(name); \
        int chosen = strpbrk(mode, "wa") ? decide(CREATE, #name, path) : COUNT; \
        WHOLE(chosen, real(path, mode), NULL); \
    }
ON_FOPEN(fopen)
ON_FOPEN(fopen64)

size_t fwrite(const void *data, size_t size, size_t count, FILE *stream)
{
    REAL(fwrite);
    int chosen = decide_handle(WRITE, "fwrite", fileno(stream));
#define SOME(n) real(data, size, n, stream)
    PARTLY(chosen, count, SOME, 0);
#undef SOME
}

/* A last write that fails as the stream is closed leaves the file short. */
int fclose(FILE *stream)
{
    REAL(fclose);
    char path[PATH_MAX] = "";
    int handle = fileno(stream), chosen = COUNT;
    if (armed_kinds & WRITE && handle >= 0 && (fcntl(handle, F_GETFL) & O_ACCMODE) != O_RDONLY)
        if (path_of(handle, path)) chosen = decide(WRITE, "fclose", path);
    int result = real(stream);
    if (chosen == FAIL || chosen == SHORT || chosen == KILL_TORN) {
        struct stat status;
        if (!stat(path, &status) && truncate(path, status.st_size / 2)) return EOF;
        if (chosen == KILL_TORN) die();
        return errno = error, EOF;
    }
    if (chosen == KILL_AFTER) die();
    return result;
}

int clock_gettime(clockid_t which, struct timespec *now)
{
    REAL(clock_gettime);
    int result = real(which, now);
    if (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE) now->tv_sec += clock_shift;
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    static int (*real)(struct timeval *restrict, void *restrict);
    if (!real) real = (int (*)(struct timeval *restrict, void *restrict))dlsym(RTLD_NEXT, "gettimeofday");
    int result = real(now, zone);
    now->tv_sec += clock_shift;
    return result;
}

time_t time(time_t *out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
