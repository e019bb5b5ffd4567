/** The drawn graph as a file: what is seen, with its colours written into it. */

const KEPT = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'font',
  'opacity',
  'text-anchor',
  'paint-order',
] as const

export function saveGraph(name: string, json?: string): void {
  const blob = json === undefined ? svgBlob() : new Blob([json], { type: 'application/json' })
  if (!blob) return
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = `${name}-lineage.${json === undefined ? 'svg' : 'json'}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

function svgBlob(): Blob | null {
  const drawn = document.querySelector<SVGSVGElement>('svg.lg')
  if (!drawn) return null
  const copy = drawn.cloneNode(true) as SVGSVGElement
  const [from, to] = [drawn.querySelectorAll('*'), copy.querySelectorAll('*')]
  from.forEach((element, i) => {
    const style = getComputedStyle(element)
    const target = to[i] as SVGElement
    for (const property of KEPT)
      target.setAttribute(
        property === 'font' ? 'style' : property,
        property === 'font' ? `font:${style.font}` : style.getPropertyValue(property),
      )
    target.removeAttribute('class')
    target.removeAttribute('tabindex')
  })
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  const background = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  background.setAttribute('width', '100%')
  background.setAttribute('height', '100%')
  background.setAttribute('fill', getComputedStyle(document.body).backgroundColor)
  copy.prepend(background)
  return new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' })
}
