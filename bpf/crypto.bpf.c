/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A block of 16 bytes enciphered (AES-128, ECB), and deciphered. */
#include "kptr.h"
#include "test.h"

struct bpf_crypto_params {
	char type[14];
	__u8 reserved[2];
	char algo[128];
	__u8 key[256];
	__u32 key_len, authsize;
};

struct bpf_crypto_ctx {
	int x;
} FOUND_BY_BTF;

extern struct bpf_crypto_ctx *bpf_crypto_ctx_create(const struct bpf_crypto_params *params,
						    __u32 params__sz, int *err) __ksym;
extern void bpf_crypto_ctx_release(struct bpf_crypto_ctx *ctx) __ksym;
extern int bpf_crypto_encrypt(struct bpf_crypto_ctx *ctx, const struct bpf_dynptr *src,
			      const struct bpf_dynptr *dst, const struct bpf_dynptr *iv) __ksym;
extern int bpf_crypto_decrypt(struct bpf_crypto_ctx *ctx, const struct bpf_dynptr *src,
			      const struct bpf_dynptr *dst, const struct bpf_dynptr *iv) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

struct holder {
	struct bpf_crypto_ctx __kptr *cipher;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct holder);
} map SEC(".maps");

static struct bpf_crypto_params params;

/* Made where the program may sleep, and kept in the map. */
SEC("syscall")
int create(void *ctx)
{
	struct bpf_crypto_ctx *cipher;
	struct holder *holder;
	__u32 key = 0;
	int error;

	__builtin_memcpy(params.type, "skcipher", 8);
	__builtin_memcpy(params.algo, "ecb(aes)", 8);
	params.key_len = 16;
	cipher = bpf_crypto_ctx_create(&params, sizeof(params), &error);
	if (!cipher)
		return 1;
	holder = bpf_map_lookup_elem(&map, &key);
	if (!holder) {
		bpf_crypto_ctx_release(cipher);
		return 1;
	}
	cipher = bpf_kptr_xchg(&holder->cipher, cipher);
	if (cipher)
		bpf_crypto_ctx_release(cipher);
	return 0;
}

#define BLOCK 16

/* As `printf 'sixteen letters\0' | openssl enc -aes-128-ecb -nopad -K 0 | od -tx1` has it. */
static __u8 plain[BLOCK] = "sixteen letters";
static __u8 cipher_text[BLOCK] = {
    0xc1, 0x72, 0x1d, 0xc2, 0x5a, 0x73, 0x42, 0x2c, 0x11, 0xbf, 0x4a, 0x65, 0xa8, 0xf1, 0xe5, 0x07,
};
static __u8 enciphered[BLOCK], deciphered[BLOCK];

#define CRYPT(name, from, to)                                                                      \
	SEC("tc") int name(struct __sk_buff *ctx)                                                  \
	{                                                                                          \
		struct bpf_dynptr source, destination;                                             \
		struct bpf_crypto_ctx *cipher;                                                     \
		struct holder *holder;                                                             \
		__u32 key = 0;                                                                     \
                                                                                                   \
		holder = bpf_map_lookup_elem(&map, &key);                                          \
		if (!holder)                                                                       \
			return fail();                                                             \
		cipher = holder->cipher;                                                           \
		if (!cipher)                                                                       \
			return fail();                                                             \
		bpf_dynptr_from_mem(from, BLOCK, 0, &source);                                      \
		bpf_dynptr_from_mem(to, BLOCK, 0, &destination);                                   \
		return operate(bpf_crypto_##name(cipher, &source, &destination, 0)) ? fail() : 0;  \
	}

CRYPT(encrypt, plain, enciphered)
CRYPT(decrypt, cipher_text, deciphered)

static __always_inline bool same(const __u8 *a, const __u8 *b)
{
	for (int i = 0; i < BLOCK; i++)
		if (a[i] != b[i])
			return 0;
	return 1;
}

SEC("tc")
int check_encrypt(struct __sk_buff *ctx)
{
	return failures || !same(enciphered, cipher_text);
}

SEC("tc")
int check_decrypt(struct __sk_buff *ctx)
{
	return failures || !same(deciphered, plain);
}

LICENSE;
