/**
 * First pictures of videos, for those that were logged without one. The browser draws them, since no server has to have a codec: one
 * video at a time, and no more of it than its beginning is loaded.
 */

/** As wide as a video in a grid is shown. */
const WIDTH_PX = 320
/** A video that shows nothing for so long is given up. */
const PATIENCE_MS = 20_000

/** Rejects where the browser cannot play it, and where nobody waits any longer. */
export function firstPicture(url: string, signal: AbortSignal): Promise<ImageBitmap> {
  return new Promise((resolve, reject) => {
    waiting.push(() => {
      if (signal.aborted) return Promise.resolve()
      return pictureOf(url, signal).then(resolve, reject)
    })
    signal.addEventListener('abort', () => reject(new DOMException('Nobody waits for it', 'AbortError')), {
      once: true,
    })
    void work()
  })
}

const waiting: (() => Promise<void>)[] = []
let isWorking = false

async function work(): Promise<void> {
  if (isWorking) return
  isWorking = true
  // The newest first: it is what is in sight now.
  for (let next = waiting.pop(); next; next = waiting.pop()) await next()
  isWorking = false
}

async function pictureOf(url: string, signal: AbortSignal): Promise<ImageBitmap> {
  const video = document.createElement('video')
  video.muted = true
  video.playsInline = true
  video.preload = 'auto'
  video.src = url
  try {
    await new Promise<void>((resolve, reject) => {
      const give = (why: string) => () => reject(new Error(why))
      const timer = window.setTimeout(give('It takes too long to load'), PATIENCE_MS)
      const done = { once: true }
      video.addEventListener('loadeddata', () => resolve(), done)
      video.addEventListener('error', give('This browser cannot play it'), done)
      signal.addEventListener('abort', give('Nobody waits for it'), done)
      for (const event of ['loadeddata', 'error']) video.addEventListener(event, () => window.clearTimeout(timer), done)
      signal.addEventListener('abort', () => window.clearTimeout(timer), done)
    })
    const width = Math.min(WIDTH_PX, video.videoWidth)
    return await createImageBitmap(video, { resizeWidth: width, resizeQuality: 'medium' })
  } finally {
    // Else the rest of it is loaded too.
    video.removeAttribute('src')
    video.load()
  }
}
