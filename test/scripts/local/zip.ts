/** A zip file as an attacker may make it, its entries stored as they are. */
export function zip(entries: { name: string; text: string; link?: boolean; executable?: boolean }[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, text, link = false, executable = false } of entries) {
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(text.length, 4);
    sizes.writeUInt32LE(text.length, 8);
    const length = Buffer.alloc(4);
    length.writeUInt16LE(name.length, 0);
    // Version, flags, method (stored), time and date.
    const head = Buffer.concat([Buffer.from([20, 0, 0, 0, 0, 0, 0, 0, 0, 0]), sizes, length]);
    const attributes = Buffer.alloc(14);
    // The mode of a Unix file is in the upper half of the external attributes.
    const regular = executable ? 0o100755 : 0o100644;
    attributes.writeUInt32LE((link ? 0o120777 : regular) * 0x10000, 6);
    attributes.writeUInt32LE(offset, 10);
    const file = Buffer.concat([Buffer.from('PK\u0003\u0004'), head, Buffer.from(name + text)]);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0003'), head, attributes, Buffer.from(name));
    files.push(file);
    offset += file.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(index.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, index, Buffer.from('PK\u0005\u0006'), end]);
}
