/* SPDX-License-Identifier: MIT */
#include "capture.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "packet.h"
#include "text.h"
#include "xalloc.h"

/* https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html, and -pcapng-02 */
#define PCAP_MICRO 0xa1b2c3d4U
#define PCAP_NANO 0xa1b23c4dU
#define PCAPNG_SECTION 0x0a0d0d0aU
#define PCAPNG_ORDER 0x1a2b3c4dU
#define PCAPNG_INTERFACE 1U
#define PCAPNG_SIMPLE 3U
#define PCAPNG_ENHANCED 6U
#define LINK_ETHERNET 1U
#define INTERFACES_MAX 256
/* What is looked at of a block or frame: a packet, and what stands before it. */
#define BODY_BYTES (PACKET_MAX_BYTES + 64U)

struct reader {
	FILE *f;
	struct capture *capture;
	size_t wanted, seen; /* number of the one frame, 0 for all; frames so far */
	bool swapped;	     /* the file has the other order of bytes */
	bool done;
	uint32_t link[INTERFACES_MAX]; /* of the interfaces of a section of pcapng */
	size_t nlinks;
};

size_t capture_is_named(const char *text, size_t *number)
{
	static const char *const ends[] = {".pcap", ".pcapng", ".cap"};
	const char *mark = strrchr(text, '#');
	size_t n = mark ? (size_t)(mark - text) : strlen(text);
	uint64_t value = 0;

	/* What is no number may be of a folder's name. */
	if (mark && number_parse_u64(mark + 1, 1, CAPTURE_READ_MAX, &value))
		n = strlen(text);
	*number = value;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (n > strlen(ends[i]) &&
		    !strncmp(text + n - strlen(ends[i]), ends[i], strlen(ends[i])))
			return n;
	return 0;
}

static uint32_t number_at(const struct reader *r, const unsigned char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return r->swapped ? __builtin_bswap32(value) : value;
}

static char *cut_off(const struct reader *r)
{
	return xasprintf("is cut off behind frame %zu", r->seen);
}

static char *add_frame(struct reader *r, const unsigned char *bytes, size_t n)
{
	struct capture *capture = r->capture;
	struct frame *frame;

	for (size_t i = 0; i < capture->n; i++)
		if (capture->frame[i].n == n && !memcmp(capture->frame[i].bytes, bytes, n)) {
			capture->frame[i].count++;
			return NULL;
		}
	if (capture->n == CAPTURE_FRAMES_MAX)
		return xasprintf("has more than %d different frames: name one (#%zu)",
				 CAPTURE_FRAMES_MAX, r->seen);
	frame = &capture->frame[capture->n++];
	*frame = (struct frame){xmalloc(n), n, r->seen, 1};
	memcpy(frame->bytes, bytes, n);
	return NULL;
}

/* A frame of the file: so many bytes of it are there, so many it had. No more than PACKET_MAX_BYTES
 * are looked at. */
static char *take_frame(struct reader *r, const unsigned char *bytes, size_t n, size_t full,
			uint32_t link)
{
	r->seen++;
	if (r->wanted && r->seen != r->wanted)
		return NULL;
	if (link != LINK_ETHERNET)
		return xasprintf("frame %zu is of link type %u, only Ethernet (1) is known",
				 r->seen, link);
	if (n < full)
		return xasprintf("frame %zu has only %zu of its %zu bytes: capture whole frames",
				 r->seen, n, full);
	if (!n || n > PACKET_MAX_BYTES)
		return xasprintf("frame %zu has %zu bytes, not 1 to %d", r->seen, n,
				 PACKET_MAX_BYTES);
	r->done = r->wanted;
	return add_frame(r, bytes, n);
}

/* Whether there is more, which then is read. */
static bool read_more(struct reader *r, void *bytes, size_t n, char **wrong)
{
	size_t got = fread(bytes, 1, n, r->f);

	if (got == n)
		return true;
	if (got || ferror(r->f))
		*wrong = cut_off(r);
	return false;
}

/* A body of n bytes, of which so many are there already; those behind BODY_BYTES are skipped. */
static bool read_body(struct reader *r, unsigned char *body, size_t had, size_t n)
{
	size_t kept = n < BODY_BYTES ? n : BODY_BYTES;
	unsigned char rest[4096];

	if (fread(body + had, 1, kept - had, r->f) != kept - had)
		return false;
	for (size_t part; kept < n; kept += part) {
		part = n - kept < sizeof(rest) ? n - kept : sizeof(rest);
		if (fread(rest, 1, part, r->f) != part)
			return false;
	}
	return true;
}

static char *read_pcap(struct reader *r)
{
	unsigned char head[20], record[16], bytes[BODY_BYTES];
	char *wrong = NULL;
	uint32_t link;

	if (!read_more(r, head, sizeof(head), &wrong))
		return wrong ? wrong : cut_off(r);
	link = number_at(r, head + 16) & 0xffff; /* above it: whether a frame has its checksum */
	while (!wrong && !r->done && r->seen < CAPTURE_READ_MAX &&
	       read_more(r, record, sizeof(record), &wrong)) {
		uint32_t n = number_at(r, record + 8), full = number_at(r, record + 12);

		wrong =
		    read_body(r, bytes, 0, n) ? take_frame(r, bytes, n, full, link) : cut_off(r);
	}
	return wrong;
}

/* A new section may have the other order of bytes. */
static char *begin_section(struct reader *r, const unsigned char *body, size_t n)
{
	uint32_t order;

	if (n < sizeof(order))
		return cut_off(r);
	memcpy(&order, body, sizeof(order));
	if (order != PCAPNG_ORDER && __builtin_bswap32(order) != PCAPNG_ORDER)
		return xstrdup("is no pcapng: a section has no order of bytes");
	r->swapped = order != PCAPNG_ORDER;
	r->nlinks = 0;
	return NULL;
}

/* @n: of the body, as long as the block says */
static char *take_block(struct reader *r, uint32_t type, const unsigned char *body, size_t n)
{
	uint32_t interface, got;
	uint16_t link;

	switch (type) {
	case PCAPNG_INTERFACE:
		if (n < 8 || r->nlinks == INTERFACES_MAX)
			return xasprintf("is no pcapng: a bad interface behind frame %zu", r->seen);
		memcpy(&link, body, sizeof(link));
		r->link[r->nlinks++] = r->swapped ? __builtin_bswap16(link) : link;
		return NULL;
	case PCAPNG_ENHANCED:
		if (n < 20)
			return cut_off(r);
		interface = number_at(r, body);
		got = number_at(r, body + 12);
		if (interface >= r->nlinks || got > n - 20)
			return xasprintf("is no pcapng: bad frame %zu", r->seen + 1);
		return take_frame(r, body + 20, got, number_at(r, body + 16), r->link[interface]);
	case PCAPNG_SIMPLE:
		if (n < 4 || !r->nlinks)
			return cut_off(r);
		got = number_at(r, body);
		return take_frame(r, body + 4, got < n - 4 ? got : n - 4, got, r->link[0]);
	default:
		return NULL;
	}
}

/* Blocks: type, length, body, length again. The first four bytes of the file are read. */
static char *read_pcapng(struct reader *r)
{
	unsigned char head[8], body[BODY_BYTES];
	char *wrong = NULL;

	memcpy(head, (const unsigned char[]){0x0a, 0x0d, 0x0d, 0x0a}, 4);
	if (!read_more(r, head + 4, 4, &wrong) && !wrong)
		wrong = cut_off(r);
	while (!wrong && !r->done && r->seen < CAPTURE_READ_MAX) {
		uint32_t type = number_at(r, head), length;
		size_t n = 0;

		/* The length of a section comes before what says in which order it is. */
		if (type == PCAPNG_SECTION && fread(body, 1, n = 4, r->f) == 4)
			wrong = begin_section(r, body, 4);
		length = number_at(r, head + 4);
		if (!wrong && (length < 12 + n || length % 4))
			wrong = xasprintf("is no pcapng: a block of %u bytes behind frame %zu",
					  length, r->seen);
		if (!wrong && !read_body(r, body, n, length - 8))
			wrong = cut_off(r);
		if (!wrong)
			wrong = take_block(r, type, body, length - 12);
		if (!wrong && !r->done && !read_more(r, head, sizeof(head), &wrong))
			break;
	}
	return wrong;
}

static char *read_open(struct reader *r)
{
	uint32_t magic;

	if (fread(&magic, sizeof(magic), 1, r->f) != 1)
		return xstrdup("is empty");
	if (magic == PCAPNG_SECTION)
		return read_pcapng(r);
	r->swapped = magic != PCAP_MICRO && magic != PCAP_NANO;
	magic = r->swapped ? __builtin_bswap32(magic) : magic;
	if (magic != PCAP_MICRO && magic != PCAP_NANO)
		return xstrdup("is neither pcap nor pcapng");
	return read_pcap(r);
}

char *capture_read(struct capture *capture, const char *path, size_t number)
{
	struct reader r = {.capture = capture, .wanted = number};
	/* Else opening a FIFO would wait. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat file;
	char *wrong;

	*capture = (struct capture){0};
	if (fd < 0)
		return xasprintf("can't be read: %s", strerror(errno));
	r.f = fdopen(fd, "rb");
	if (!r.f || fstat(fd, &file) || !S_ISREG(file.st_mode))
		wrong = xstrdup("is no regular file");
	else
		wrong = read_open(&r);
	if (!wrong && number && !r.done)
		wrong = xasprintf("has only %zu frames", r.seen);
	else if (!wrong && !capture->n)
		wrong = xstrdup("has no frames");
	else if (!wrong && r.seen == CAPTURE_READ_MAX && !number)
		wrong = xasprintf("has more than %lu frames: name one (#N)", CAPTURE_READ_MAX - 1);
	if (r.f)
		fclose(r.f);
	return wrong;
}

void capture_release(struct capture *capture)
{
	for (size_t i = 0; i < capture->n; i++)
		free(capture->frame[i].bytes);
	capture->n = 0;
}
