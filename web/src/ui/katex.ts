/** KaTeX, loaded with the first formula. */

import katex from 'katex'
import 'katex/dist/katex.min.css'

const MACROS_MAX = 100

/** Sets `tex` into `place`; what cannot be set stays as its source, with the reason. */
export function setMath(place: HTMLElement, tex: string, isDisplay: boolean): void {
  try {
    katex.render(tex, place, {
      displayMode: isDisplay,
      throwOnError: true,
      trust: false,
      maxExpand: MACROS_MAX,
      maxSize: 20,
    })
  } catch (error) {
    place.textContent = tex
    place.classList.add('bad')
    place.title = error instanceof Error ? error.message : String(error)
  }
}
