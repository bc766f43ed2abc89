/**
 * The server's settings, given on its command line (no secret is among them) so that a new version of the product
 * brings its own. Sized for a small machine: about 75 MB at rest.
 */
export function serverSettings(isDurable: boolean): string[] {
  const settings = {
    listen_addresses: "", // no TCP at all
    unix_socket_directories: ".", // in the cluster's 0700 folder
    unix_socket_permissions: "0700",
    port: 5432, // only the socket's name
    max_connections: 80,
    superuser_reserved_connections: 3,
    shared_buffers: "64MB",
    work_mem: "8MB",
    maintenance_work_mem: "64MB",
    effective_cache_size: "512MB",
    max_parallel_workers_per_gather: 0,
    max_wal_size: "512MB",
    wal_level: "minimal",
    max_wal_senders: 0,
    max_logical_replication_workers: 0,
    wal_compression: "on",
    io_method: "sync", // no extra processes
    jit: "off",
    huge_pages: "off",
    password_encryption: "scram-sha-256",
    timezone: "UTC",
    log_timezone: "UTC",
    lc_messages: "C",
    // The log may be shown: statements and row values, which can hold document text, stay out of it.
    log_statement: "none",
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    log_parameter_max_length: 0,
    log_parameter_max_length_on_error: 0,
    log_checkpoints: "off",
    ...(isDurable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
