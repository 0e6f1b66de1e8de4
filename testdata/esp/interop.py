"""The foreign end of the ESP interoperability test: scapy's IPsec layer.

Reads one JSON object from standard input: {"make": [job], "open": [job]}, writes {"make": [...], "open": [...]}.
A job has "version", "mode" ("transport" or "udp-tunnel"), "integrity" and "encryption" (names of TS 33.203
Annex H), "spi", "sequence", keys and salts in hexadecimal, and "packet": the clear IP packet to make ESP of, or the
ESP packet to open, in hexadecimal. The answer to each is the other packet, or an object with "error".

scapy knows no AES-GMAC: that ICV is computed and checked with python3-cryptography's AES-GCM over additional data
alone (RFC 4543), around scapy's NULL algorithms.
"""
import json
import os
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from scapy.config import conf
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.ipsec import ESP, SecurityAssociation
from scapy.packet import Raw

conf.ipv6_enabled = True
CRYPT = {"null": "NULL", "aes-cbc": "AES-CBC", "aes-gcm": "AES-GCM", "des-ede3-cbc": "3DES"}
AUTH = {"null": "NULL", "hmac-sha-1-96": "HMAC-SHA1-96", "hmac-md5-96": "HMAC-MD5-96"}


def ip_class(packet):
    return IPv6 if packet[0] >> 4 == 6 else IP


def association(job, outer=None):
    options = {}
    if job["mode"] == "udp-tunnel":
        options["nat_t_header"] = UDP(sport=4500, dport=4500)
        options["tunnel_header"] = outer
    return SecurityAssociation(
        ESP, spi=job["spi"], seq_num=job["sequence"],
        crypt_algo=CRYPT[job["encryption"]],
        crypt_key=bytes.fromhex(job["encryptionKey"] + job["encryptionSalt"]) or None,
        auth_algo=AUTH[job["integrity"]],
        auth_key=bytes.fromhex(job["integrityKey"]) or None, **options)


def outer_of(job):
    return IP(src="192.0.2.1", dst="192.0.2.2") if job["version"] == 4 else IPv6(
        src="2001:db8::1", dst="2001:db8::2")


def make(job):
    clear = bytes.fromhex(job["packet"])
    if job["integrity"] == "aes-gmac":
        return make_gmac(job, clear)
    packet = association(job, outer_of(job)).encrypt(ip_class(clear)(clear))
    if UDP in packet:
        del packet[UDP].len  # scapy 2.5 fixes it before ESP is behind it
    return bytes(packet).hex()


def open_(job):
    wire = bytes.fromhex(job["packet"])
    if job["integrity"] == "aes-gmac":
        return open_gmac(job, wire)
    packet = ip_class(wire)(wire)
    return bytes(association(job, outer_of(job)).decrypt(packet)).hex()


def gmac(job, iv, covered, icv=None):
    aead = AESGCM(bytes.fromhex(job["integrityKey"]))
    nonce = bytes.fromhex(job["integritySalt"]) + iv
    if icv is None:
        return aead.encrypt(nonce, b"", covered)
    aead.decrypt(nonce, icv, covered)  # raises InvalidTag


def make_gmac(job, clear):
    packet = ip_class(clear)(clear)
    if job["mode"] == "udp-tunnel":
        payload, next_header = clear, 41 if job["version"] == 6 else 4
        packet = outer_of(job)
    else:
        payload, next_header = bytes(packet.payload), packet.nh if job["version"] == 6 else packet.proto
    iv = os.urandom(8)
    pad = -(len(payload) + 2) % 4
    body = payload + bytes(range(1, pad + 1)) + bytes([pad, next_header])
    covered = job["spi"].to_bytes(4, "big") + job["sequence"].to_bytes(4, "big") + iv + body
    esp = Raw(covered + gmac(job, iv, covered))
    if job["mode"] == "udp-tunnel":
        return bytes(packet / UDP(sport=4500, dport=4500) / esp).hex()
    return bytes(with_payload(packet, 50, esp)).hex()


def open_gmac(job, wire):
    packet = ip_class(wire)(wire)
    esp = packet[ESP]
    assert (esp.spi, esp.seq) == (job["spi"], job["sequence"])
    raw = bytes(esp)
    gmac(job, raw[8:16], raw[:-16], raw[-16:])
    body = raw[16:-16]
    pad, next_header = body[-2], body[-1]
    payload = body[:-2 - pad]
    assert body[len(payload):-2] == bytes(range(1, pad + 1))
    if job["mode"] == "udp-tunnel":
        assert next_header == (41 if job["version"] == 6 else 4)
        return payload.hex()
    return bytes(with_payload(packet, next_header, Raw(payload))).hex()


def with_payload(packet, protocol, payload):
    packet.remove_payload()
    if packet.version == 6:
        packet.nh, packet.plen = protocol, None
    else:
        packet.proto, packet.len, packet.chksum = protocol, None, None
    return packet / payload


def attempt(work, job):
    try:
        return work(job)
    except Exception as error:
        return {"error": "%s: %s" % (type(error).__name__, error)}


jobs = json.load(sys.stdin)
json.dump({"make": [attempt(make, job) for job in jobs["make"]],
           "open": [attempt(open_, job) for job in jobs["open"]]}, sys.stdout)
