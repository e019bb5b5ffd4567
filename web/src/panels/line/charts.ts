/** The charts of one panel: one, or one for each metric side by side. Their elements are made here, outside React. */

import type { HoverBus } from '../../charts/hover'
import { LineChart, type LineChartEvents } from '../../charts/lineChart'
import type { Picture } from './prepare'

interface Facet {
  key: string
  place: HTMLElement
  host: HTMLElement
  title: HTMLElement | null
  chart: LineChart
}

export class Charts {
  private readonly host: HTMLElement
  private readonly options: { id: string; hover: HoverBus; events: LineChartEvents }
  private facets: Facet[] = []
  private isMarking = false

  constructor(host: HTMLElement, options: { id: string; hover: HoverBus; events: LineChartEvents }) {
    this.host = host
    this.options = options
  }

  set(pictures: readonly Picture[], axis: string): void {
    const names = pictures.map(({ key }) => key).join('\u0000')
    if (names !== this.facets.map(({ key }) => key).join('\u0000') || this.facets.length === 0) this.build(pictures)
    const isMany = pictures.length > 1
    this.host.classList.toggle('facets', isMany)
    // Each of several takes the keyboard by itself.
    this.host.setAttribute('role', isMany ? 'group' : 'img')
    this.host.tabIndex = isMany ? -1 : 0
    if (isMany) this.host.style.setProperty('--facets', String(Math.ceil(Math.sqrt(pictures.length))))
    pictures.forEach(({ title, model }, i) => {
      const facet = this.facets[i] as Facet
      if (facet.title) facet.title.textContent = title
      facet.chart.set(model, axis)
    })
  }

  get isEmpty(): boolean {
    return this.facets.length === 0
  }

  mark(isMarking: boolean): void {
    this.isMarking = isMarking
    this.host.classList.toggle('marking', isMarking)
    for (const { chart } of this.facets) chart.isMarking = isMarking
  }

  destroy(): void {
    for (const { chart, place } of this.facets) {
      chart.destroy()
      if (place !== this.host) place.remove()
    }
    this.facets = []
  }

  private build(pictures: readonly Picture[]): void {
    this.destroy()
    const { id, hover, events } = this.options
    const isAlone = pictures.length <= 1
    this.facets = pictures.map(({ key, title: text }, i) => {
      if (isAlone) {
        const chart = new LineChart(this.host, { id, hover, events })
        return { key, place: this.host, host: this.host, title: null, chart }
      }
      const place = document.createElement('div')
      place.className = 'facet'
      const title = document.createElement('div')
      title.className = 'facet-h cut'
      const host = document.createElement('div')
      host.className = 'facet-b'
      host.tabIndex = 0
      host.setAttribute('role', 'img')
      host.setAttribute('aria-label', text)
      place.append(title, host)
      this.host.append(place)
      return { key, place, host, title, chart: new LineChart(host, { id: `${id}#${i}`, hover, events }) }
    })
    if (this.isMarking) this.mark(true)
  }
}
