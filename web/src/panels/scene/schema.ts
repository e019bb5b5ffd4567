/** A panel of things in space as data. */

import type { ScenePanel } from '../schema'

export const SCENE_RUNS_MOST = 4
export const POINT_SIZE = 2

export const sceneTitle = (panel: ScenePanel): string => panel.title || panel.key || 'Scene'
