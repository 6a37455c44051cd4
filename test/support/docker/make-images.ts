import { dockerDaemon } from './daemon.ts';
import { buildApp, buildBoard, provideImages } from './images.ts';

// Makes the images that the lab needs, on a daemon of its own that keeps them: the tests with Docker find them there.
const daemon = await dockerDaemon();
try {
  if (!daemon.shared) {
    await provideImages(daemon);
    await buildApp(daemon);
    await buildBoard(daemon, 'bare');
  }
} finally {
  await daemon.stop();
}
