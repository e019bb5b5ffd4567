/**
 * Things in space, drawn by one WebGL renderer for the whole page: browsers keep few contexts alive, and a page has many panels. Each view
 * has a plain canvas that gets a copy of its picture, and names over its boxes. Draws when something changed, never in a loop.
 */

import {
  AmbientLight, AxesHelper, Box3, BufferAttribute, BufferGeometry, Color, CylinderGeometry, DirectionalLight, DoubleSide, Group,
  InstancedMesh, LineBasicMaterial, LineSegments, Matrix4, Mesh, MeshStandardMaterial, type Object3D, PerspectiveCamera, Points,
  PointsMaterial, Quaternion, Scene, SphereGeometry, TextureLoader, TubeGeometry, CatmullRomCurve3, Vector3, WebGLRenderer,
} from 'three' // oxfmt-ignore
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js'
import { colourOf } from '../../../charts/palette'
import { classColour, rgbOf } from '../classes'
import type { Box3D, Vector3D } from '../values'
import { cornersOf3D, edgesOf } from './boxes'
import { type Cloud, coloursOf, extentOf } from './cloud'
import { elementColour, type Molecule } from './molecule'

/** Position and target. */
export type CameraPlace = readonly [number, number, number, number, number, number]

let shared: WebGLRenderer | null = null

/** Throws where the browser has no WebGL. */
function renderer(): WebGLRenderer {
  if (shared) return shared
  shared = new WebGLRenderer({ antialias: true, alpha: true, powerPreference: 'high-performance' })
  // The next picture makes a new one: the old one's memory is gone.
  shared.domElement.addEventListener('webglcontextlost', () => {
    shared?.dispose()
    shared = null
    for (const stage of stages) stage.invalidate()
  })
  return shared
}

const stages = new Set<Stage>()

export type CloudColour = 'own' | 'height' | 'distance'

function channels(colour: string): [number, number, number] {
  const [r = 128, g = 128, b = 128] = colour.startsWith('#')
    ? rgbOf(colour)
    : (colour.match(/[\d.]+/g) ?? []).map(Number)
  return [r, g, b]
}

export const labelColour = (label: string): string => {
  let hash = 0
  for (const letter of label) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0
  return classColour(1 + (hash % 24))
}

export class Stage {
  private readonly canvas: HTMLCanvasElement
  private readonly scene = new Scene()
  private readonly camera = new PerspectiveCamera(50, 1, 0.01, 1e6)
  private readonly controls: OrbitControls
  private content: Group | null = null
  private marks: Group | null = null
  private readonly axes = new AxesHelper(1)
  private names: { at: Vector3; text: string; colour: string }[] = []
  private isScheduled = false
  private isTelling = true
  private width = 1
  private height = 1
  private frameMs = 0
  private extent = new Box3(new Vector3(-1, -1, -1), new Vector3(1, 1, 1))

  constructor(canvas: HTMLCanvasElement, onCamera: (place: CameraPlace, isDone: boolean) => void, isZUp: boolean) {
    this.canvas = canvas
    if (isZUp) this.camera.up.set(0, 0, 1)
    this.controls = new OrbitControls(this.camera, canvas)
    this.controls.enableDamping = false
    this.controls.zoomToCursor = true
    this.controls.addEventListener('change', () => {
      this.invalidate()
      if (this.isTelling) onCamera(this.place, false)
    })
    this.controls.addEventListener('end', () => onCamera(this.place, true))
    const light = new DirectionalLight(0xffffff, 2)
    light.position.set(1, 2, 3)
    this.camera.add(light)
    this.scene.add(this.camera, new AmbientLight(0xffffff, 1.4), this.axes)
    this.axes.visible = false
    stages.add(this)
  }

  get place(): CameraPlace {
    const { position: p } = this.camera
    const { target: t } = this.controls
    return [p.x, p.y, p.z, t.x, t.y, t.z]
  }

  /** Milliseconds of the main thread that the last picture took. */
  get lastFrameMs(): number {
    return this.frameMs
  }

  resize(width: number, height: number): void {
    this.width = width
    this.height = height
    this.camera.aspect = width / Math.max(1, height)
    this.camera.updateProjectionMatrix()
    this.invalidate()
  }

  /** Null: so that everything is in sight. Says nothing to those who listen. */
  look(place: CameraPlace | null): void {
    this.isTelling = false
    if (place) {
      this.camera.position.set(place[0], place[1], place[2])
      this.controls.target.set(place[3], place[4], place[5])
    } else {
      const middle = this.extent.getCenter(new Vector3())
      const radius = Math.max(1e-6, this.extent.getSize(new Vector3()).length() / 2)
      const from = this.camera.up.z === 1 ? new Vector3(-0.9, -1.2, 0.9) : new Vector3(0.8, 0.6, 1.2)
      this.camera.position.copy(middle).addScaledVector(from.normalize(), radius * 2.1)
      this.controls.target.copy(middle)
    }
    const distance = this.camera.position.distanceTo(this.controls.target)
    const size = this.extent.getSize(new Vector3()).length()
    this.camera.near = Math.max(1e-4, Math.min(distance, size) / 1000)
    this.camera.far = Math.max(distance, size) * 100
    this.camera.updateProjectionMatrix()
    this.controls.update()
    this.isTelling = true
    this.invalidate()
  }

  /** By the keyboard: turns about the target, or comes nearer. */
  turn(across: number, up: number, factor: number): void {
    const offset = this.camera.position.clone().sub(this.controls.target)
    const axis = this.camera.up.clone().normalize()
    offset.applyAxisAngle(axis, across)
    const side = new Vector3().crossVectors(axis, offset).normalize()
    const lifted = offset.clone().applyAxisAngle(side, up)
    if (Math.abs(lifted.angleTo(axis) - Math.PI / 2) < Math.PI / 2 - 0.05) offset.copy(lifted)
    this.camera.position.copy(this.controls.target).addScaledVector(offset, factor)
    this.controls.update()
  }

  setCloud(cloud: Cloud, by: CloudColour, pointSize: number): void {
    const geometry = new BufferGeometry()
    geometry.setAttribute('position', new BufferAttribute(cloud.positions, 3))
    const ramp = Array.from({ length: 9 }, (_, i) => channels(colourOf(`--seq-${i + 1}`)))
    const colours = coloursOf(cloud, by, ramp, channels(colourOf('--text-2')), id => rgbOf(classColour(id)))
    geometry.setAttribute('color', new BufferAttribute(colours, 3, true))
    const material = new PointsMaterial({
      size: pointSize * pixelRatio(),
      sizeAttenuation: false,
      vertexColors: true,
    })
    const points = new Points(geometry, material)
    const { low, high } = extentOf(cloud)
    this.put(points, new Box3(new Vector3(...low), new Vector3(...high)))
  }

  setMesh(object: Object3D, isWireframe: boolean): void {
    object.traverse(one => {
      if (!(one instanceof Mesh)) return
      for (const material of Array.isArray(one.material) ? one.material : [one.material])
        (material as MeshStandardMaterial).wireframe = isWireframe
    })
    this.put(object, new Box3().setFromObject(object))
  }

  setMolecule({ atoms, bonds, chains }: Molecule, style: 'ball' | 'cartoon'): void {
    const group = new Group()
    const isCartoon = style === 'cartoon' && chains.length > 0
    if (isCartoon) {
      chains.forEach((chain, i) => {
        const curve = new CatmullRomCurve3(chain.map(({ x, y, z }) => new Vector3(x, y, z)))
        const tube = new TubeGeometry(curve, chain.length * 6, 0.7, 8)
        group.add(new Mesh(tube, new MeshStandardMaterial({ color: classColour(i + 1), roughness: 0.5 })))
      })
    } else {
      const balls = new InstancedMesh(
        new SphereGeometry(0.32, 16, 12),
        new MeshStandardMaterial({ roughness: 0.5 }),
        atoms.length,
      )
      const matrix = new Matrix4()
      atoms.forEach(({ element, x, y, z }, i) => {
        const scale = element === 'H' ? 0.7 : 1
        matrix.makeScale(scale, scale, scale).setPosition(x, y, z)
        balls.setMatrixAt(i, matrix)
        balls.setColorAt(i, new Color(elementColour(element)))
      })
      const sticks = new InstancedMesh(
        new CylinderGeometry(0.12, 0.12, 1, 8),
        new MeshStandardMaterial({ color: 0x9aa3b2, roughness: 0.6 }),
        Math.max(1, bonds.length),
      )
      const up = new Vector3(0, 1, 0)
      bonds.forEach(([a, b], i) => {
        const [from, to] = [atoms[a], atoms[b]]
        if (!from || !to) return
        const start = new Vector3(from.x, from.y, from.z)
        const way = new Vector3(to.x, to.y, to.z).sub(start)
        const turn = new Quaternion().setFromUnitVectors(up, way.clone().normalize())
        matrix.compose(start.addScaledVector(way, 0.5), turn, new Vector3(1, way.length(), 1))
        sticks.setMatrixAt(i, matrix)
      })
      sticks.count = bonds.length
      group.add(balls, sticks)
    }
    const extent = new Box3()
    for (const { x, y, z } of atoms) extent.expandByPoint(new Vector3(x, y, z))
    this.put(group, extent.expandByScalar(1))
  }

  /** Boxes and arrows over what is shown. */
  setMarks(boxes: readonly Box3D[], vectors: readonly Vector3D[]): void {
    if (this.marks) dispose(this.marks)
    const group = new Group()
    const [places, colours]: [number[], number[]] = [[], []]
    this.names = []
    const line = (a: readonly number[], b: readonly number[], colour: Color): void => {
      places.push(...a, ...b)
      colours.push(colour.r, colour.g, colour.b, colour.r, colour.g, colour.b)
    }
    for (const box of boxes) {
      const css = box.color ? `rgb(${box.color.join(',')})` : labelColour(box.label || box.layer)
      const colour = new Color(css)
      const corners = cornersOf3D(box)
      for (const [a, b] of edgesOf(box)) line(corners[a] ?? [0, 0, 0], corners[b] ?? [0, 0, 0], colour)
      if (box.label === '' && box.score === null) continue
      const top = corners.reduce((best, corner) => (corner[2] > best[2] ? corner : best))
      const text = box.score === null ? box.label : `${box.label} ${box.score.toFixed(2)}`.trim()
      this.names.push({ at: new Vector3(box.center[0], box.center[1], top[2]), text, colour: css })
    }
    for (const { start, end, color } of vectors) {
      const colour = new Color(color ? `rgb(${color.join(',')})` : colourOf('--accent'))
      line(start, end, colour)
      const way = new Vector3(...end).sub(new Vector3(...start))
      const side = new Vector3(way.y, -way.x, 0.0001).normalize().multiplyScalar(way.length() * 0.06)
      const back = new Vector3(...end).addScaledVector(way, -0.15)
      line(end, back.clone().add(side).toArray(), colour)
      line(end, back.clone().sub(side).toArray(), colour)
    }
    if (places.length > 0) {
      const geometry = new BufferGeometry()
      geometry.setAttribute('position', new BufferAttribute(Float32Array.from(places), 3))
      geometry.setAttribute('color', new BufferAttribute(Float32Array.from(colours), 3))
      group.add(new LineSegments(geometry, new LineBasicMaterial({ vertexColors: true })))
      if (!this.content) this.extent = new Box3().setFromObject(group)
    }
    this.marks = group
    this.scene.add(group)
    this.invalidate()
  }

  setAxes(isShown: boolean): void {
    this.axes.visible = isShown
    this.invalidate()
  }

  private put(object: Object3D, extent: Box3): void {
    if (this.content) dispose(this.content)
    const group = new Group()
    group.add(object)
    this.content = group
    this.scene.add(group)
    this.extent = extent.isEmpty() ? new Box3(new Vector3(-1, -1, -1), new Vector3(1, 1, 1)) : extent
    this.axes.scale.setScalar(this.extent.getSize(new Vector3()).length() / 10 || 1)
    this.invalidate()
  }

  invalidate(): void {
    if (this.isScheduled) return
    this.isScheduled = true
    requestAnimationFrame(() => {
      this.isScheduled = false
      if (stages.has(this)) this.draw()
    })
  }

  private draw(): void {
    const began = performance.now()
    const ratio = pixelRatio()
    const [width, height] = [Math.round(this.width * ratio), Math.round(this.height * ratio)]
    if (width < 2 || height < 2) return
    const gl = renderer()
    gl.setPixelRatio(1)
    gl.setSize(width, height, false)
    gl.render(this.scene, this.camera)
    if (this.canvas.width !== width) this.canvas.width = width
    if (this.canvas.height !== height) this.canvas.height = height
    const context = this.canvas.getContext('2d')
    if (!context) return
    context.clearRect(0, 0, width, height)
    context.drawImage(gl.domElement, 0, 0)
    this.drawNames(context, width, height, ratio)
    this.frameMs = performance.now() - began
  }

  private drawNames(context: CanvasRenderingContext2D, width: number, height: number, ratio: number): void {
    context.font = `500 ${11 * ratio}px Geist, system-ui, sans-serif`
    context.textAlign = 'center'
    const at = new Vector3()
    for (const name of this.names.slice(0, NAMES_MAX)) {
      at.copy(name.at).project(this.camera)
      if (at.z > 1 || Math.abs(at.x) > 1.05 || Math.abs(at.y) > 1.05) continue
      const [x, y] = [((at.x + 1) / 2) * width, ((1 - at.y) / 2) * height - 4 * ratio]
      const wide = context.measureText(name.text).width + 8 * ratio
      context.fillStyle = name.colour
      context.fillRect(x - wide / 2, y - 11 * ratio, wide, 14 * ratio)
      context.fillStyle = '#0b0d12'
      context.fillText(name.text, x, y)
    }
  }

  destroy(): void {
    stages.delete(this)
    this.controls.dispose()
    if (this.content) dispose(this.content)
    if (this.marks) dispose(this.marks)
  }
}

const NAMES_MAX = 200
const pixelRatio = (): number => Math.min(2, devicePixelRatio || 1)

function dispose(group: Object3D): void {
  group.removeFromParent()
  group.traverse(one => {
    const { geometry, material } = one as Partial<Mesh>
    geometry?.dispose()
    for (const each of Array.isArray(material) ? material : material ? [material] : []) each.dispose()
  })
}

export const MESH_FORMATS: ReadonlySet<string> = new Set(['obj', 'glb', 'gltf', 'stl', 'ply'])

/** A mesh from a file's bytes. The loader of its format is loaded with the first of it. */
export async function readMesh(bytes: Uint8Array, format: string): Promise<Object3D> {
  const buffer = bytes.slice().buffer
  const plain = (): MeshStandardMaterial =>
    new MeshStandardMaterial({ color: 0xb4bccb, roughness: 0.7, metalness: 0.05, side: DoubleSide })
  if (format === 'obj') {
    const { OBJLoader } = await import('three/examples/jsm/loaders/OBJLoader.js')
    const object = new OBJLoader().parse(new TextDecoder().decode(bytes))
    object.traverse(one => {
      if (one instanceof Mesh) one.material = plain()
    })
    return object
  }
  if (format === 'stl' || format === 'ply') {
    const geometry =
      format === 'stl'
        ? new (await import('three/examples/jsm/loaders/STLLoader.js')).STLLoader().parse(buffer)
        : new (await import('three/examples/jsm/loaders/PLYLoader.js')).PLYLoader().parse(buffer)
    if (!geometry.getAttribute('normal')) geometry.computeVertexNormals()
    const material = plain()
    if (geometry.getAttribute('color')) {
      material.vertexColors = true
      material.color.set(0xffffff)
    }
    if (format === 'ply' && geometry.index === null)
      return new Points(
        geometry,
        new PointsMaterial({ size: 2, sizeAttenuation: false, vertexColors: material.vertexColors }),
      )
    return new Mesh(geometry, material)
  }
  const { GLTFLoader } = await import('three/examples/jsm/loaders/GLTFLoader.js')
  const loader = new GLTFLoader()
  // Its own loader fetches pictures of blobs, which the page's policy refuses; elements may show them.
  loader.register(parser => {
    parser.textureLoader = new TextureLoader()
    return { name: 'pictures by element' }
  })
  const { scene } = await loader.parseAsync(format === 'glb' ? buffer : new TextDecoder().decode(bytes), '')
  return scene
}
