/** Text that has no room is cut off with dots: whoever points at it is told all of it, wherever it stands. */

/** Set here, and so to be looked at again: the text or its room may have changed since. */
const OURS = 'cutTitle'

/** Listens until the answer is called. */
export function tellCutTexts(root: Document): () => void {
  const tell = ({ target }: Event): void => {
    const cut = target instanceof Element ? target.closest<HTMLElement>('.cut') : null
    if (!cut) return
    if (cut.dataset[OURS] !== undefined) {
      delete cut.dataset[OURS]
      cut.removeAttribute('title')
    }
    // What says more of its own has the word.
    if (cut.scrollWidth <= cut.clientWidth || cut.closest('[title]') || cut.querySelector('[title]')) return
    cut.dataset[OURS] = ''
    cut.title = cut.textContent.replaceAll(/\s+/g, ' ').trim()
  }
  root.addEventListener('pointerover', tell, { passive: true })
  return () => root.removeEventListener('pointerover', tell)
}
