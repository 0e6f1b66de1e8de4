"""Derives the values of digest_derived.json with Python's hashlib and hmac alone.

No published vectors exist for RFC 3310, RFC 4169 and the -sess variants; these come from an implementation that
shares nothing with the project's. Prints JSON. RES, CK and IK are those of TS 35.208 set 1.
"""
import base64
import hashlib
import hmac
import json

RES = bytes.fromhex("a54211d5e3ba50bf")
CK = bytes.fromhex("b40ba9a3c58b2a05bbf0d987b21bf8cb")
IK = bytes.fromhex("f769bcd751044604127672711c6d3441")
RAND = bytes.fromhex("23553cbe9637a89d218ae64dae47bf35")
AUTN = bytes.fromhex("55f328b43577b9b94a9ffac354dfafb3")
USER = "001010000000001@ims.example.org"
REALM = "ims.example.org"
URI = "sip:ims.example.org"
NONCE = base64.b64encode(RAND + AUTN).decode()
CNONCE = "0a4f113b"
NC = "00000001"
METHOD = "REGISTER"
BODY = b"v=0\r\n"

HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


def respond(hash_name, password, qop, method=METHOD, session=False):
    def h(data):
        return HASHES[hash_name](data).hexdigest()

    a1 = h(USER.encode() + b":" + REALM.encode() + b":" + password)
    if session:
        a1 = h(("%s:%s:%s" % (a1, NONCE, CNONCE)).encode())
    a2 = "%s:%s" % (method, URI)
    if qop == "auth-int":
        a2 += ":" + h(BODY)
    a2 = h(a2.encode())
    if qop == "none":
        return h(("%s:%s:%s" % (a1, NONCE, a2)).encode())
    return h(":".join([a1, NONCE, NC, CNONCE, qop, a2]).encode())


def akav2(hash_name):
    prf = hmac.new(RES + IK + CK, b"http-digest-akav2-password", HASHES[hash_name]).digest()
    return base64.b64encode(prf)


def passwords():
    yield "AKAv1-MD5", "MD5", RES
    yield "AKAv2-MD5", "MD5", akav2("MD5")
    yield "AKAv2-SHA-256", "SHA-256", akav2("SHA-256")
    yield "MD5", "MD5", b"swordfish"
    yield "SHA-256", "SHA-256", b"swordfish"


cases = []
for algorithm, hash_name, password in passwords():
    for qop in ("none", "auth", "auth-int"):
        for session in (False, True):
            cases.append({
                "algorithm": algorithm + ("-sess" if session else ""),
                "qop": qop,
                "password": password.hex(),
                "response": respond(hash_name, password, qop, session=session),
                "rspauth": respond(hash_name, password, qop, method="", session=session),
            })

auts = [{"algorithm": a, "qop": q, "response": respond(h, b"", q)}
        for a, h, _ in passwords() if a.startswith("AKA") for q in ("none", "auth")]

session_keys = [{
    "algorithm": "AKAv2-" + name,
    "ck": hmac.new(CK, b"http-digest-akav2-cipherkey", HASHES[name]).hexdigest(),
    "ik": hmac.new(IK, b"http-digest-akav2-integritykey", HASHES[name]).hexdigest(),
} for name in HASHES]


def kdf(key, fc, *parameters):
    s = bytes([fc]) + b"".join(p + len(p).to_bytes(2, "big") for p in parameters)
    return hmac.new(key, s, hashlib.sha256).hexdigest()


key = bytes(range(0x00, 0x20))
kdfs = [{"key": key.hex(), "fc": fc, "parameters": parameters,
         "output": kdf(key, fc, *[p.encode() for p in parameters])}
        for fc, parameters in ((0x58, ["AES_GMAC_SALT"]), (0x59, ["AES_GCM_SALT"]), (0x10, ["", "ab", "cde"]))]

print(json.dumps({
    "source": "computed by derive_digest.py beside this file",
    "res": RES.hex(), "ck": CK.hex(), "ik": IK.hex(), "rand": RAND.hex(), "autn": AUTN.hex(),
    "username": USER, "realm": REALM, "uri": URI, "nonce": NONCE, "cnonce": CNONCE, "nc": NC, "method": METHOD,
    "body": BODY.hex(), "cases": cases, "auts": auts, "sessionKeys": session_keys, "kdf": kdfs,
}, indent=1))
