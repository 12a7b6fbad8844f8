/** The second script of the page: the codecs of all reference points, which nothing but the inspector needs. */
export { inspect, inspectOctets, likelyPoint } from '../model/explain.ts'
