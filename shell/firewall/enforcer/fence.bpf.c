/* Drops what the guard has refused, before the kernel spends anything on it. It looks only at UDP and TCP for our own doors
 * and passes everything else, whatever it cannot read included: behind it the server decides on every packet again. Built
 * by bpf-gcc, whose helpers are declared by number; fence.h is what the enforcer and this program share. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>

#include "fence.h"

#define SEC(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))
#define FIELD(name, value) int(*name)[value]

extern void *lookup(void *map, const void *key) __attribute__((kernel_helper(1)));
extern __u64 now_ns(void) __attribute__((kernel_helper(5)));

#define HASH(name, key_type, value_type, entries) \
  struct {                                        \
    FIELD(type, BPF_MAP_TYPE_HASH);               \
    FIELD(map_flags, BPF_F_NO_PREALLOC);          \
    FIELD(max_entries, entries);                  \
    key_type *key;                                \
    value_type *value;                            \
  } name SEC(".maps")

#define TRIE(name, key_type)               \
  struct {                                 \
    FIELD(type, BPF_MAP_TYPE_LPM_TRIE);    \
    FIELD(map_flags, BPF_F_NO_PREALLOC);   \
    FIELD(max_entries, FENCE_NETWORKS);    \
    key_type *key;                         \
    __u8 *value;                           \
  } name SEC(".maps")

struct {
  FIELD(type, BPF_MAP_TYPE_ARRAY);
  FIELD(max_entries, 65536);
  __u32 *key;
  struct fence_port *value;
} ports SEC(".maps");

struct {
  FIELD(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  FIELD(max_entries, FENCE_RULES);
  __u32 *key;
  struct fence_count *value;
} counts SEC(".maps");

HASH(doors, struct fence_door, __u8, FENCE_DOORS);
/* An entry is a ban in force: the enforcer takes it out when it ends. */
HASH(bans4, __u32, __u8, FENCE_BANS);
HASH(bans6, __u64, __u8, FENCE_BANS);
HASH(throttles4, __u32, struct fence_throttle, FENCE_THROTTLES);
HASH(throttles6, __u64, struct fence_throttle, FENCE_THROTTLES);
TRIE(networks4, struct fence_network4);
TRIE(networks6, struct fence_network6);

/* As much of a packet as a verdict needs. */
struct seen {
  __u64 bytes;
  struct fence_door door;
  struct fence_network4 four;
  struct fence_network6 six; /* the mapped form, when it is IPv4 */
  __be16 source_port;
  __u8 is_v4;
};

INLINE __u16 swapped(__u16 value) { return (__u16)(value << 8 | value >> 8); }

INLINE int drop(const struct seen *s, __u32 rule) {
  struct fence_count *count = lookup(&counts, &rule);
  if (count) {
    count->packets += 1;
    count->bytes += s->bytes;
  }
  return XDP_DROP;
}

/* Whether `*word` was `old` and now is `next`. The assembler of this compiler does not know the instruction by name. */
INLINE int swap_if(__u64 *word, __u64 old, __u64 next) {
  register __u64 found asm("r0") = old;
  register __u64 *at asm("r1") = word;
  register __u64 to asm("r2") = next;
  asm volatile(".8byte 0x000000f1000021db" : "+r"(found) : "r"(at), "r"(to) : "memory");
  return found == old;
}

/* Who loses the race for the last packet of the trickle is one of many: it is over. */
INLINE int over(struct fence_throttle *t) {
  const __u64 now = now_ns();
  const __u64 next = *(volatile __u64 *)&t->next_ns;
  if (now >= t->until_ns) return 0;
  if (next > now + t->tolerance_ns) return 1;
  return !swap_if(&t->next_ns, next, (next > now ? next : now) + t->interval_ns);
}

INLINE int guarded(struct seen *s) {
  struct fence_throttle *throttle;
  if (s->is_v4) {
    const __u32 source = *(__u32 *)s->four.address;
    if (lookup(&bans4, &source)) return drop(s, FENCE_BANNED);
    if (lookup(&networks4, &s->four)) return drop(s, FENCE_NETWORK);
    throttle = lookup(&throttles4, &source);
  } else {
    const __u64 source = (__u64)*(__u32 *)(s->six.address + 4) << 32 | *(__u32 *)s->six.address;
    if (lookup(&bans6, &source)) return drop(s, FENCE_BANNED);
    if (lookup(&networks6, &s->six)) return drop(s, FENCE_NETWORK);
    throttle = lookup(&throttles6, &source);
  }
  return throttle && over(throttle) ? drop(s, FENCE_THROTTLED) : XDP_PASS;
}

INLINE int from_peer(const struct seen *s, const struct fence_port *port) {
  const __u32 *peer = (const __u32 *)port->peer;
  const __u32 *source = (const __u32 *)s->six.address;
  if (peer[0] != source[0] || peer[1] != source[1] || peer[2] != source[2] || peer[3] != source[3]) return 0;
  return port->pinhole == FENCE_HOST || port->peer_port == s->source_port;
}

INLINE int judged(struct seen *s) {
  const __u32 number = swapped(s->door.port);
  const struct fence_port *port = lookup(&ports, &number);
  if (!port) return XDP_PASS;
  const __u8 listens = s->door.protocol == IPPROTO_UDP ? FENCE_UDP : FENCE_TCP;
  const int media = s->door.protocol == IPPROTO_UDP && port->roles & FENCE_MEDIA_PORT;
  if (!media && !(port->roles & listens)) return XDP_PASS;
  if (media) s->door.port = 0;
  const int known = !media && s->is_v4 && *(const __u32 *)(s->door.address + 12) == port->door4;
  if (!known && !lookup(&doors, &s->door)) return XDP_PASS;
  if (!media) return guarded(s);
  if (port->pinhole == FENCE_CLOSED) return drop(s, FENCE_MEDIA);
  /* Who may be anybody may still not be somebody who is banned. */
  if (port->pinhole == FENCE_ANYBODY) return guarded(s);
  return from_peer(s, port) ? XDP_PASS : drop(s, FENCE_MEDIA);
}

/* Four bytes at `at`, the two ports of UDP and TCP alike. */
INLINE int ports_read(struct seen *s, const __u8 *at, const __u8 *end) {
  if (at + 4 > end) return 0;
  s->source_port = *(__be16 *)at;
  s->door.port = *(__be16 *)(at + 2);
  return 1;
}

INLINE int read4(struct seen *s, const __u8 *at, const __u8 *end) {
  if (at + 20 > end) return 0;
  const __u32 size = (at[0] & 15) * 4;
  /* Only the first piece of a fragmented packet has ports; without it the others never become a packet. */
  if (at[0] >> 4 != 4 || size < 20 || (*(__be16 *)(at + 6) & swapped(0x1fff)) != 0) return 0;
  s->door.protocol = at[9];
  if (s->door.protocol != IPPROTO_UDP && s->door.protocol != IPPROTO_TCP) return 0;
  __u32 *source = (__u32 *)s->six.address;
  __u32 *local = (__u32 *)s->door.address;
  source[0] = source[1] = local[0] = local[1] = 0;
  local[2] = 0xffff0000;
  local[3] = *(__u32 *)(at + 16);
  source[2] = 0xffff0000;
  source[3] = *(__u32 *)(at + 12);
  s->four.prefix = 32;
  *(__u32 *)s->four.address = source[3];
  s->is_v4 = 1;
  return ports_read(s, at + size, end);
}

/* More extension headers than this nobody sends to a telephone. */
#define EXTENSIONS 4

INLINE int read6(struct seen *s, const __u8 *at, const __u8 *end) {
  if (at + 40 > end || at[0] >> 4 != 6) return 0;
  __u8 next = at[6];
  __builtin_memcpy(s->six.address, at + 8, 16);
  __builtin_memcpy(s->door.address, at + 24, 16);
  s->six.prefix = 128;
  s->is_v4 = 0;
  at += 40;
#pragma GCC unroll 4
  for (int i = 0; i < EXTENSIONS; ++i) {
    if (next == IPPROTO_UDP || next == IPPROTO_TCP) break;
    if (at + 8 > end) return 0;
    __u32 size;
    if (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS)
      size = ((__u32)at[1] + 1) * 8;
    else if (next == IPPROTO_FRAGMENT && (*(__be16 *)(at + 2) & swapped(0xfff8)) == 0)
      size = 8;
    else
      return 0;
    next = at[0];
    at += size;
  }
  if (next != IPPROTO_UDP && next != IPPROTO_TCP) return 0;
  s->door.protocol = next;
  return ports_read(s, at, end);
}

SEC("xdp")
int fence(struct xdp_md *context) {
  const __u8 *at = (const __u8 *)(long)context->data;
  const __u8 *const end = (const __u8 *)(long)context->data_end;
  struct seen s;
  if (at + 14 > end) return XDP_PASS;
  s.bytes = end - at;
  s.door.zero = 0;
  __be16 type = *(__be16 *)(at + 12);
  at += 14;
#pragma GCC unroll 2
  for (int tags = 0; tags < 2; ++tags) {
    if (type != swapped(ETH_P_8021Q) && type != swapped(ETH_P_8021AD)) break;
    if (at + 4 > end) return XDP_PASS;
    type = *(__be16 *)(at + 2);
    at += 4;
  }
  if (type == swapped(ETH_P_IP) ? !read4(&s, at, end) : type != swapped(ETH_P_IPV6) || !read6(&s, at, end))
    return XDP_PASS;
  return judged(&s);
}

/* None of the helpers above is reserved for GPL programs. */
char terms[] SEC("license") = "Apache-2.0";
