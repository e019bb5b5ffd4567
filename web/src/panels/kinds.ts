/** The kinds of panels beside lines: over all runs, text and files. Their code is loaded when the first one comes near the screen. */

import { barTitle } from './bar/schema'
import { chartTitle } from './chart/schema'
import { codeTitle } from './code/schema'
import { comparerTitle } from './comparer/schema'
import { histogramTitle } from './histogram/schema'
import { importanceTitle } from './importance/schema'
import { kpiTitle } from './kpi/schema'
import { lazyEditor, lazyStart, lazyView } from './lazy'
import { markdownTitle } from './markdown/schema'
import { mediaKeys, mediaTitle, mediaTypeOf, SPATIAL } from './media/schema'
import { parallelTitle } from './parallel/schema'
import type { PanelKind } from './registry'
import { scatterTitle } from './scatter/schema'
import { sceneTitle } from './scene/schema'
import type {
  BarPanel,
  ChartPanel,
  CodePanel,
  ComparerPanel,
  HistogramPanel,
  ImportancePanel,
  KpiPanel,
  MarkdownPanel,
  MediaPanel,
  PanelBase,
  ParallelPanel,
  ScatterPanel,
  ScenePanel,
} from './schema'

const bar: PanelKind<BarPanel> = {
  kind: 'bar',
  name: 'Bars, boxes, violins',
  icon: 'sort',
  about: 'One value of each run or group, with error bars or its distribution',
  size: { w: 4, h: 4 },
  make: id => ({ kind: 'bar', id }),
  titleOf: barTitle,
  View: lazyView(async () => (await import('./bar/View')).BarView, barTitle),
  Editor: lazyEditor(async () => (await import('./bar/Editor')).BarEditor),
}

const scatter: PanelKind<ScatterPanel> = {
  kind: 'scatter',
  name: 'Scatter plot',
  icon: 'target',
  about: 'Two values of each run; trend, Pareto front, runs picked by a box or a lasso',
  size: { w: 4, h: 5 },
  make: id => ({ kind: 'scatter', id }),
  titleOf: scatterTitle,
  View: lazyView(async () => (await import('./scatter/View')).ScatterView, scatterTitle),
  Editor: lazyEditor(async () => (await import('./scatter/Editor')).ScatterEditor),
}

const parallel: PanelKind<ParallelPanel> = {
  kind: 'parallel',
  name: 'Parallel coordinates',
  icon: 'columns',
  about: 'All runs over many axes; brushes show what the best runs share',
  size: { w: 8, h: 5 },
  make: id => ({ kind: 'parallel', id }),
  titleOf: parallelTitle,
  View: lazyView(async () => (await import('./parallel/View')).ParallelView, parallelTitle),
  Editor: lazyEditor(async () => (await import('./parallel/Editor')).ParallelEditor),
}

const importance: PanelKind<ImportancePanel> = {
  kind: 'importance',
  name: 'Parameter importance',
  icon: 'bulb',
  about: 'Which parameters a metric depends on, and how',
  size: { w: 6, h: 5 },
  make: id => ({ kind: 'importance', id }),
  titleOf: importanceTitle,
  View: lazyView(async () => (await import('./importance/View')).ImportanceView, importanceTitle),
  Editor: lazyEditor(async () => (await import('./importance/Editor')).ImportanceEditor),
}

const comparer: PanelKind<ComparerPanel> = {
  kind: 'comparer',
  name: 'Run comparer',
  icon: 'compare',
  about: 'Config, summary, environment and packages of runs side by side',
  size: { w: 8, h: 6 },
  make: id => ({ kind: 'comparer', id }),
  titleOf: comparerTitle,
  View: lazyView(async () => (await import('./comparer/View')).ComparerView, comparerTitle),
  Editor: lazyEditor(async () => (await import('./comparer/Editor')).ComparerEditor),
}

const code: PanelKind<CodePanel> = {
  kind: 'code',
  name: 'Code comparer',
  icon: 'code',
  about: 'The code of two runs, line by line',
  size: { w: 8, h: 6 },
  make: id => ({ kind: 'code', id }),
  titleOf: codeTitle,
  View: lazyView(async () => (await import('./code/View')).CodeView, codeTitle),
  Editor: lazyEditor(async () => (await import('./code/Editor')).CodeEditor),
}

const kpi: PanelKind<KpiPanel> = {
  kind: 'kpi',
  name: 'Figure',
  icon: 'star',
  about: 'One number over all runs, whose it is, and how far from the baseline',
  size: { w: 3, h: 2 },
  make: id => ({ kind: 'kpi', id }),
  titleOf: kpiTitle,
  View: lazyView(async () => (await import('./kpi/View')).KpiView, kpiTitle),
  Editor: lazyEditor(async () => (await import('./kpi/Editor')).KpiEditor),
}

const markdown: PanelKind<MarkdownPanel> = {
  kind: 'markdown',
  name: 'Text',
  icon: 'edit',
  about: 'Markdown with formulas, links to runs and live values',
  size: { w: 4, h: 4 },
  make: id => ({ kind: 'markdown', id }),
  titleOf: markdownTitle,
  View: lazyView(async () => (await import('./markdown/View')).MarkdownView, markdownTitle),
  Editor: lazyEditor(async () => (await import('./markdown/Editor')).MarkdownEditor),
}

const histogram: PanelKind<HistogramPanel> = {
  kind: 'histogram',
  name: 'Histogram over steps',
  icon: 'layers',
  about: 'How a distribution changes while a run trains, or between runs',
  size: { w: 4, h: 4 },
  make: (id, columns) => {
    const metric = columns.find(column => column.kinds.includes('histogram'))?.key
    return { kind: 'histogram', id, ...(metric === undefined ? {} : { metric }) }
  },
  titleOf: histogramTitle,
  View: lazyView(async () => (await import('./histogram/View')).HistogramView, histogramTitle),
  Editor: lazyEditor(async () => (await import('./histogram/Editor')).HistogramEditor),
}

const media: PanelKind<MediaPanel> = {
  kind: 'media',
  name: 'Media',
  icon: 'image',
  about: 'Images, video, audio, text and figures that runs logged, step by step and side by side',
  size: { w: 6, h: 5 },
  make: (id, columns) => {
    const [first] = mediaKeys(columns)
    return { kind: 'media', id, ...(first === undefined ? {} : { keys: [first.key] }) }
  },
  titleOf: mediaTitle,
  View: lazyView(async () => (await import('./media/View')).MediaView, mediaTitle),
  Editor: lazyEditor(async () => (await import('./media/Editor')).MediaEditor),
}

const scene: PanelKind<ScenePanel> = {
  kind: 'scene',
  name: '3D',
  icon: 'layers',
  about: 'Point clouds, meshes, scenes and molecules of several runs, turned together',
  size: { w: 6, h: 6 },
  make: (id, columns) => {
    const key = columns.find(column => SPATIAL.has(mediaTypeOf(column) ?? 'text'))?.key
    return { kind: 'scene', id, ...(key === undefined ? {} : { key }) }
  },
  titleOf: sceneTitle,
  View: lazyView(async () => (await import('./scene/View')).SceneView, sceneTitle),
  Editor: lazyEditor(async () => (await import('./scene/Editor')).SceneEditor),
}

const chart: PanelKind<ChartPanel> = {
  kind: 'chart',
  name: 'Custom chart',
  icon: 'chart',
  about: 'Vega-Lite over runs, their steps or logged tables, with slots for columns',
  size: { w: 4, h: 5 },
  make: (id, columns) => {
    const key = columns.find(column => mediaTypeOf(column) === 'chart')?.key
    return key === undefined ? { kind: 'chart', id } : { kind: 'chart', id, source: 'logged', key }
  },
  titleOf: chartTitle,
  Start: lazyStart(async () => (await import('./chart/ChartChoice')).ChartChoice),
  View: lazyView(async () => (await import('./chart/View')).ChartView, chartTitle),
  Editor: lazyEditor(async () => (await import('./chart/Editor')).ChartEditor),
}

const erased = <P extends PanelBase>(kind: PanelKind<P>): PanelKind<never> => kind as unknown as PanelKind<never>

/** In the order in which menus show them. */
export const runKinds: readonly PanelKind<never>[] = [
  erased(bar),
  erased(scatter),
  erased(parallel),
  erased(importance),
  erased(comparer),
  erased(code),
  erased(kpi),
  erased(markdown),
  erased(histogram),
  erased(media),
  erased(scene),
  erased(chart),
]
