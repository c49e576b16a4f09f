# Checks that the events of a bundle are in the tree whose root its checkpoint signs: python3 bundle-check.py BUNDLE
# Needs Python 3 alone. The signature: ops/docs/bundle.md.
import bisect, hashlib, sys, zipfile
from base64 import b64decode
from functools import partial

bundle = zipfile.ZipFile(sys.argv[1])
read = lambda name: bundle.read(name).decode()
decode = partial(b64decode, validate=True)
sha256 = lambda data: hashlib.sha256(data).digest()
length = lambda data: len(data).to_bytes(8, "big")
size, root = read("checkpoint.txt").split("\n")[1:3]
places, leaves = [], []
*lines, rest = read("events.tsv").split("\n")
for line in lines:
    header, body, leaf, metadata, payload, personal = map(decode, line.split("\t"))
    if payload:
        body = sha256(length(metadata) + metadata + length(payload) + payload)
    places.append(int(header.decode().split("\n")[1].removeprefix("position ")) - 1)
    leaves.append(sha256(b"\0" + sha256(header) + body))
*proof, more = read("tree.txt").split("\n")
proof = map(decode, proof)

def subtree(low, high):
    first, end = bisect.bisect_left(places, low), bisect.bisect_left(places, high)
    if first == end:
        return next(proof)
    if high - low == 1:
        return leaves[first]
    middle = low + (1 << (high - low - 1).bit_length() - 1)
    return sha256(b"\1" + subtree(low, middle) + subtree(middle, high))

if rest or more or places != sorted(set(places)) or subtree(0, int(size)) != decode(root) or next(proof, None):
    sys.exit("NOT in the log as the checkpoint signs it")
print(f"{len(places)} events are in the log of {int(size)} events, as its checkpoint signs it")
