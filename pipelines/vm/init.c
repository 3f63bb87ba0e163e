/* SPDX-License-Identifier: MIT */
/*
 * The init program of a kernel build under test: the first and only process of a VM that
 * run-in-vm boots. It mounts what the tools need, waits until the kernel has finished its own work,
 * runs the steps that lie in the initramfs, and turns the machine off.
 *
 * What comes back goes over a serial port of its own, in lines; each begins with a word that says
 * what the rest of the line is:
 *
 *	kernel 6.1.0-56-amd64		the kernel's release: init is running
 *	plan suite,test,entry_point,…	a line that the step `plan` wrote on its standard output
 *	plan.err bpf-compile-check: …	a line that it wrote on standard error
 *	plan.end 0			the step's exit status (128 + N: killed by signal N)
 *	environment name,value		a line of the file /out/environment, which a step wrote
 *	end 				everything ran, nothing is missing
 *
 * Lines with a prefix need no more than sed to be read, also when a panic cuts them off. Standard
 * error of init is the console.
 *
 * A step is a file /steps/NN-WORD: its arguments, each ended by a NUL, the program first. They run
 * in the order of their names in /work; WORD is the word above, and /work/WORD keeps the output.
 */
#include <argz.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define STEPS "/steps"
#define OUT "/out"

/* The kernel is quiet when in so many windows one after another all its threads ran less than that.
 */
#define QUIET_WINDOW_NS (250 * 1000000L)
#define QUIET_WINDOWS 8
#define QUIET_BUSY_NS (500 * 1000UL)
#define QUIET_LIMIT 480 /* windows: go on after two minutes, whatever it does */

static const struct {
	const char *type, *target;
	bool needed;
} mounts[] = {
    {"proc", "/proc", true},
    {"sysfs", "/sys", true},
    {"devtmpfs", "/dev", true},
    {"tmpfs", "/tmp", true},
    {"cgroup2", "/sys/fs/cgroup", false},
    {"tracefs", "/sys/kernel/tracing", false},
};

/* What a measurement must not depend on the kernel's defaults for; a kernel without one goes on. */
static const struct {
	const char *path, *value;
} settings[] = {
    {"/proc/sys/net/core/bpf_jit_enable", "1"},
    {"/proc/sys/net/core/bpf_jit_harden", "0"},
    {"/proc/sys/kernel/kptr_restrict", "0"},
    {"/proc/sys/kernel/perf_event_paranoid", "-1"},
    {"/proc/sys/kernel/perf_event_max_sample_rate", "10000000"},
    {"/proc/sys/kernel/perf_cpu_time_max_percent", "0"},
    /* A throttled real-time thread would lose its CPU in the middle of a sample. */
    {"/proc/sys/kernel/sched_rt_runtime_us", "-1"},
};

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	reboot(RB_AUTOBOOT); /* no power switch: QEMU ends at a reboot as well */
}

/* Programs that are triggered by connections need it. */
static void raise_loopback(void)
{
	struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &loopback))
		warn("can't raise the loopback device");
	if (fd >= 0)
		close(fd);
}

static void prepare_machine(void)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		mkdir(mounts[i].target, 0755);
		if (mount(mounts[i].type, mounts[i].target, mounts[i].type, 0, NULL) &&
		    errno != EBUSY && mounts[i].needed)
			err(1, "can't mount %s", mounts[i].type);
	}
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		int fd = open(settings[i].path, O_WRONLY | O_CLOEXEC);

		if (fd >= 0 && write(fd, settings[i].value, strlen(settings[i].value)) < 0)
			warn("can't set %s", settings[i].path);
		if (fd >= 0)
			close(fd);
	}
	raise_loopback();
	mkdir(OUT, 0755);
}

/* The serial port that the environment names, raw: a terminal would add a CR to each line. */
static FILE *open_channel(void)
{
	const char *name = getenv("CHANNEL");
	struct termios t;
	char path[64];
	int fd;
	FILE *f;

	if (!name)
		errx(1, "no channel named");
	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &t))
		err(1, "can't open channel '%s'", path);
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL;
	cfsetspeed(&t, B115200);
	f = tcsetattr(fd, TCSANOW, &t) ? NULL : fdopen(fd, "w");
	if (!f)
		err(1, "can't set channel '%s'", path);
	return f;
}

/* All that is sent has left the machine when this returns, so that it disturbs nothing later. */
static void drain(FILE *channel)
{
	if (fflush(channel) || tcdrain(fileno(channel)))
		err(1, "can't write to the channel");
}

/* Time in ns that tasks have run on the CPUs since boot; 0 where the kernel does not say. */
static unsigned long long busy_ns(void)
{
	FILE *f = fopen("/proc/schedstat", "re");
	unsigned long long sum = 0, ran;
	char line[512];

	if (!f)
		return 0;
	/* cpu<N> and nine numbers: the seventh is the time. Documentation/scheduler/sched-stats.rst
	 */
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "cpu%*u %*u %*u %*u %*u %*u %*u %llu", &ran) == 1)
			sum += ran;
	fclose(f);
	return sum;
}

/* New kernels work on in the background after boot, which would run into the first tests. */
static void wait_until_quiet(void)
{
	const struct timespec window = {.tv_nsec = QUIET_WINDOW_NS};
	unsigned long long before = busy_ns(), now;
	int quiet = 0;

	for (int i = 0; i < QUIET_LIMIT && quiet < QUIET_WINDOWS; i++, before = now) {
		nanosleep(&window, NULL);
		now = busy_ns();
		quiet = now - before < QUIET_BUSY_NS ? quiet + 1 : 0;
	}
	if (quiet < QUIET_WINDOWS)
		warnx("the kernel is still busy, measuring all the same");
}

/* QEMU's thread that wakes an idle CPU is rarely early or late by some instructions, from which the
 * kernel makes random numbers. So the guest never idles: it runs nops, which cost QEMU next to
 * nothing. */
static void never_idle(void)
{
	const struct sched_param last = {0};
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid)
		return;
	if (sched_setscheduler(0, SCHED_IDLE, &last))
		err(1, "can't go last");
	for (;;)
		__asm__ volatile(".rept 4096\n\tnop\n\t.endr");
}

/* One output of a step, on its way to the channel. */
struct stream {
	FILE *in, *channel;
	FILE *keep; /* what comes in is kept there too, unless NULL */
	const char *word, *suffix;
};

/* Each line goes on at once. A thread of its own for each output of a step: they come in any order.
 */
static void *send_lines(void *stream)
{
	struct stream *s = stream;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&line, &size, s->in)) > 0) {
		if (s->keep)
			fwrite(line, 1, n, s->keep);
		n -= line[n - 1] == '\n';
		fprintf(s->channel, "%s%s %.*s\n", s->word, s->suffix, (int)n, line);
		drain(s->channel);
	}
	free(line);
	fclose(s->in);
	return NULL;
}

/* The arguments in a step's file, ended by NULL. */
static char **read_arguments(const char *path)
{
	static char text[1 << 16], *argv[sizeof(text)];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (n < 0)
		err(1, "can't read step '%s'", path);
	if (n == 0 || n == sizeof(text))
		errx(1, "step is empty or too long: '%s'", path);
	close(fd);
	argz_extract(text, n, argv);
	return argv;
}

static FILE *output_of(int pipe[2])
{
	FILE *f = fdopen(pipe[0], "r");

	close(pipe[1]);
	if (!f)
		err(1, "pipe");
	return f;
}

static pid_t start(char **argv, FILE **output, FILE **errors)
{
	int out[2], err_[2];
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) || pipe2(err_, O_CLOEXEC))
		err(1, "pipe");
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		const struct sched_param other = {0};

		sched_setscheduler(0, SCHED_OTHER, &other);
		if (dup2(out[1], STDOUT_FILENO) < 0 || dup2(err_[1], STDERR_FILENO) < 0 ||
		    chdir("/work"))
			err(127, "/work");
		setenv("BPF_RUN_GUEST", "1", 1);
		execv(argv[0], argv);
		err(127, "can't run '%s'", argv[0]);
	}
	*output = output_of(out);
	*errors = output_of(err_);
	return pid;
}

/* Calls a function for each file of a folder, in the order of their names. */
static void each_file(const char *folder, void (*function)(const char *, FILE *), FILE *channel)
{
	struct dirent **files;
	int n = scandir(folder, &files, NULL, alphasort);

	if (n < 0)
		err(1, "can't read %s", folder);
	for (int i = 0; i < n; i++) {
		if (*files[i]->d_name != '.')
			function(files[i]->d_name, channel);
		free(files[i]);
	}
	free(files);
}

/* Send a file that a step has left in /out, and remove it. */
static void send_file(const char *name, FILE *channel)
{
	struct stream s = {.channel = channel, .word = name, .suffix = ""};
	char path[512];

	snprintf(path, sizeof(path), OUT "/%s", name);
	s.in = fopen(path, "re");
	if (!s.in)
		err(1, "can't read '%s'", path);
	send_lines(&s);
	remove(path);
}

static void run_step(const char *name, FILE *channel)
{
	const char *word = strchr(name, '-') + 1; /* of NN-WORD */
	struct stream output = {.channel = channel, .word = word, .suffix = ""};
	struct stream errors = {.channel = channel, .word = word, .suffix = ".err"};
	pthread_t thread;
	char path[512];
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "/work/%s", word);
	output.keep = fopen(path, "we");
	if (!output.keep)
		err(1, "can't write '%s'", path);
	snprintf(path, sizeof(path), STEPS "/%s", name);
	pid = start(read_arguments(path), &output.in, &errors.in);
	if (pthread_create(&thread, NULL, send_lines, &errors))
		errx(1, "can't start a thread");
	send_lines(&output);
	pthread_join(thread, NULL);
	if (fclose(output.keep))
		err(1, "can't keep the output of step '%s'", name);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	each_file(OUT, send_file, channel);
	fprintf(channel, "%s.end %d\n", word,
		WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	drain(channel);
}

int main(void)
{
	/* Ahead of what is measured: a line that is ready is sent at once, between two samples. */
	const struct sched_param first = {.sched_priority = 1};
	struct utsname machine;
	FILE *channel;

	if (getpid() != 1)
		errx(2, "this is the init program of a VM: see run-in-vm");
	atexit(power_off);
	prepare_machine();
	channel = open_channel();
	uname(&machine);
	fprintf(channel, "kernel %s\n", machine.release);
	drain(channel);
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		warn("can't go first");
	wait_until_quiet();
	if (getenv("NEVER_IDLE"))
		never_idle();
	each_file(STEPS, run_step, channel);
	fprintf(channel, "end \n");
	drain(channel);
	return 0;
}
