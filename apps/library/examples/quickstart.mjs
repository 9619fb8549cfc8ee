// Run it where the package is installed: node quickstart.mjs
import { createMemorySystem, MemoryMode, MemoryType } from 'somafractalmemory';

const memory = await createMemorySystem(MemoryMode.EVENTED_ENTERPRISE, 'kitchen', { data_dir: './memories' });
try {
  await memory.storeMemory([1, 2, 3], { text: 'The kettle is in the blue cupboard', importance: 3 });
  await memory.storeMemory([4, 5, 6], { fact: 'The blue cupboard is in the pantry' }, MemoryType.SEMANTIC);
  await memory.linkMemories([1, 2, 3], [4, 5, 6], { linkType: 'located_in' });

  console.log(await memory.recall('where is the kettle?', { topK: 1 }));
  console.log(await memory.getLinkedMemories([1, 2, 3]));
  console.log(await memory.memoryStats());
} finally {
  await memory.close();
}
