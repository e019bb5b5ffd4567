/** The route tree: parameters, search, and which page. Pages behind a project load their code when first opened. */

import { createRootRoute, createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { NotFoundPage } from '../app/shell/NotFoundPage'
import { Shell } from '../app/shell/Shell'
import { HomePage } from '../features/home/HomePage'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage })

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: () => <HomePage entity="" />,
})

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/SettingsPage'), 'SettingsPage'),
})

const entity = createRoute({
  getParentRoute: () => root,
  path: '/$entity',
  component: function EntityRoute() {
    const { entity: name } = entity.useParams()
    return <HomePage key={name} entity={name} />
  },
})

const project = createRoute({
  getParentRoute: () => root,
  path: '/$entity/$project',
  component: lazyRouteComponent(() => import('./project'), 'ProjectRoute'),
})

const workspace = createRoute({
  getParentRoute: () => root,
  path: '/$entity/$project/workspace',
  beforeLoad: ({ params, search }) => {
    throw redirect({ to: '/$entity/$project', params, search, replace: true })
  },
})

const run = createRoute({
  getParentRoute: () => root,
  path: '/$entity/$project/runs/$run',
  component: lazyRouteComponent(() => import('./project'), 'RunRoute'),
})

const artifacts = createRoute({
  getParentRoute: () => root,
  path: '/$entity/$project/artifacts',
  component: lazyRouteComponent(() => import('./artifacts'), 'ArtifactsRoute'),
})

const artifact = createRoute({
  getParentRoute: () => root,
  path: '/$entity/$project/artifacts/$type/$name',
  beforeLoad: ({ params, search }) => {
    const to = '/$entity/$project/artifacts/$type/$name/$version'
    throw redirect({ to, params: { ...params, version: 'latest' }, search, replace: true })
  },
})

const artifactVersion = createRoute({
  getParentRoute: () => root,
  path: '/$entity/$project/artifacts/$type/$name/$version',
  component: lazyRouteComponent(() => import('./artifacts'), 'VersionRoute'),
})

const storage = createRoute({
  getParentRoute: () => root,
  path: '/$entity/$project/storage',
  component: lazyRouteComponent(() => import('./artifacts'), 'StorageRoute'),
})

export const routeTree = root.addChildren([
  home,
  settings,
  entity,
  project,
  workspace,
  run,
  artifacts,
  artifact,
  artifactVersion,
  storage,
])
