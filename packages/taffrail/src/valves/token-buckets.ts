/** Bounds of a set of buckets. */
export interface BucketOptions {
  /** Tokens that come back in a second. */
  readonly perSecond: number;
  /** Most tokens of one bucket. */
  readonly burst: number;
  readonly maxKeys: number;
}

/** One bucket for each key. */
export interface TokenBuckets {
  /** Takes a token of the key's bucket; false when there is none. `now` in ms of a monotonic clock. */
  take(key: string, now: number): boolean;
  /** Keys that have a bucket of their own now. */
  readonly size: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Least time between two searches for buckets that are full again, in ms. */
const sweepMs = 1000;

/**
 * Makes token buckets. At most `maxKeys` keys have one of their own; buckets that are full again are forgotten, since a new one would be no
 * different. Keys beyond that share one bucket, so that a flood of keys cannot widen the limit.
 *
 * @example createTokenBuckets({ perSecond: 10, burst: 20, maxKeys: 1000 }).take("tenant-1", clock.monotonic())
 */
export function createTokenBuckets({ perSecond, burst, maxKeys }: BucketOptions): TokenBuckets {
  const buckets = new Map<string, Bucket>();
  const shared: Bucket = { tokens: burst, at: 0 };
  let sweptAt = Number.NEGATIVE_INFINITY;
  const level = (bucket: Bucket, now: number): number =>
    Math.min(burst, bucket.tokens + ((now - bucket.at) * perSecond) / 1000);

  const sweep = (now: number): void => {
    if (now - sweptAt < sweepMs) return;
    sweptAt = now;
    for (const [key, bucket] of buckets) if (level(bucket, now) >= burst) buckets.delete(key);
  };

  const bucketOf = (key: string, now: number): Bucket => {
    const known = buckets.get(key);
    if (known !== undefined) return known;
    if (buckets.size >= maxKeys) sweep(now);
    if (buckets.size >= maxKeys) return shared;
    const bucket = { tokens: burst, at: now };
    buckets.set(key, bucket);
    return bucket;
  };

  return {
    take(key, now) {
      const bucket = bucketOf(key, now);
      bucket.tokens = level(bucket, now);
      bucket.at = now;
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
    get size() {
      return buckets.size;
    },
  };
}
