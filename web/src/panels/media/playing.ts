/** What is heard: one begins, the others fall silent. */

export const playing = new Set<{ pause: () => void }>()

export function silenceOthers(): void {
  for (const other of playing) other.pause()
}
