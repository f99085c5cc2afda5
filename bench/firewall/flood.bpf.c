/* Two programs of the bench: `flood` turns each frame it is run on into a packet of another of 65,536 sources and sends it
 * down the cable; `drop_all` is the least that any XDP program can do. */
#include <linux/bpf.h>
#include <linux/types.h>

#define SEC(name) __attribute__((section(name), used))
#define FIELD(name, value) int(*name)[value]

extern __u32 chance(void) __attribute__((kernel_helper(7)));
extern long redirect(__u32 interface, __u64 flags) __attribute__((kernel_helper(23)));
extern void *lookup(void *map, const void *key) __attribute__((kernel_helper(1)));

struct {
  FIELD(type, BPF_MAP_TYPE_ARRAY);
  FIELD(max_entries, 1);
  __u32 *key;
  __u32 *value;
} cable SEC(".maps");

SEC("xdp")
int flood(struct xdp_md *context) {
  __u8 *at = (__u8 *)(long)context->data;
  const __u8 *const end = (const __u8 *)(long)context->data_end;
  const __u32 zero = 0;
  const __u32 *interface = lookup(&cable, &zero);
  if (at + 14 + 28 > end || !interface) return XDP_ABORTED;
  __u16 *ip = (__u16 *)(at + 14);
  /* 10.10.x.y */
  ip[7] = (__u16)chance();
  ip[5] = 0;
  __u32 sum = 0;
#pragma GCC unroll 10
  for (int i = 0; i < 10; ++i) sum += ip[i];
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  ip[5] = (__u16)~sum;
  return redirect(*interface, 0);
}

SEC("xdp")
int drop_all(struct xdp_md *context) {
  (void)context;
  return XDP_DROP;
}

char terms[] SEC("license") = "GPL";
