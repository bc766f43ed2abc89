/** A file the reader chose, with the folder it lay in among those chosen with it ("RH/2024", "" = at the top). */
export type ChosenFile = { readonly file: File; readonly folder: string };

/** Of a chooser: a chosen folder's files know their path. */
export const chosenFiles = (files: Iterable<File>): ChosenFile[] =>
  [...files].filter(isWanted).map((file) => ({ file, folder: folderOf(file.webkitRelativePath) }));

/** Of a drop: folders are opened to their last file. Call it in the event, before the browser forgets what was dropped. */
export async function droppedFiles(transfer: DataTransfer): Promise<ChosenFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return chosenFiles(transfer.files);
  return (await Promise.all(entries.map((entry) => filesIn(entry, "")))).flat();
}

async function filesIn(entry: FileSystemEntry, folder: string): Promise<ChosenFile[]> {
  if (entry instanceof FileSystemFileEntry) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return isWanted(file) ? [{ file, folder }] : [];
  }
  if (!(entry instanceof FileSystemDirectoryEntry)) return [];
  const reader = entry.createReader();
  const path = folder ? `${folder}/${entry.name}` : entry.name;
  const found: ChosenFile[] = [];
  for (;;) {
    // a browser hands over about a hundred entries at a time, and none at the end
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return found;
    for (const inner of entries) found.push(...(await filesIn(inner, path)));
  }
}

/** Hidden files of a folder (".DS_Store") are the system's, not the reader's. */
const isWanted = (file: File): boolean => !file.name.startsWith(".");
const folderOf = (path: string): string => path.split("/").slice(0, -1).join("/");
