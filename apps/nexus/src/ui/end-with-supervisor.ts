/** Loaded before the dashboard's server, which knows no supervisor: when ours dies, even by kill -9, it must not stay behind. */
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
