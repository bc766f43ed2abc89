/**
 * The UI server's only reading of its environment, made at run time: one built image serves any domain.
 * (`process.env` is passed whole because the bundler would bake `process.env.NEXT_PUBLIC_*` into the build.)
 */
export type Environment = {
  /** Where this server reaches the API. */
  readonly internalApiUrl: string;
  /** Set = browsers call the API directly at this origin; null = through this server's `/api/*`. */
  readonly publicApiUrl: string | null;
  /** Where browsers PUT their files with a presigned URL. */
  readonly s3PublicOrigin: string;
};

export function readEnvironment(source: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const trimmed = (url: string) => url.replace(/\/+$/, "");
  return {
    internalApiUrl: trimmed(source.INTERNAL_API_URL || `http://127.0.0.1:${source.HOST_API_PORT || 8000}`),
    publicApiUrl: source.NEXT_PUBLIC_API_URL ? trimmed(source.NEXT_PUBLIC_API_URL) : null,
    s3PublicOrigin: new URL(
      source.S3_PUBLIC_ENDPOINT || source.S3_ENDPOINT || `http://127.0.0.1:${source.HOST_S3_PORT || 9000}`,
    ).origin,
  };
}
