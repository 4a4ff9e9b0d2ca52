/// What the server answers at `/openapi.json`.
///
/// Made of `docs/openapi.yaml` by `Scripts/openapi`; never edited by hand.
enum OpenAPIDocument {
    /// The document, OpenAPI 3.1 as JSON.
    static let json: StaticString = #"""
        {"components":{"responses":{"Error":{"content":{"application/json":{"schema":{"$ref":"#/co\#
        mponents/schemas/Error"}}},"description":"An error with a code, what is wrong and what to\#
         do, in two languages."},"MethodNotAllowed":{"content":{"application/json":{"schema":{"$re\#
        f":"#/components/schemas/Error"}}},"description":"The address does not take the method, `h\#
        ttp.method`.","headers":{"Allow":{"description":"The methods that it takes.","schema":{"ty\#
        pe":"string"}}}},"NotFound":{"content":{"application/json":{"schema":{"$ref":"#/components\#
        /schemas/Error"}}},"description":"There is nothing at the address, `http.not_found`."},"OA\#
        uthError":{"content":{"application/json":{"schema":{"oneOf":[{"$ref":"#/components/schemas\#
        /OAuthError"},{"$ref":"#/components/schemas/Error"}]}}},"description":"An error of RFC 674\#
        9 or RFC 8628; of the other shape where the message itself was refused, `http.\u2026`."},"\#
        Refused":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}},\#
        "description":"The request broke a rule of HTTP or a limit, or came too slowly (`http.head\#
        _timeout`, `http.body_timeout`); the\nconnection is closed. What was sent may not have bee\#
        n taken.\n"},"TooMany":{"content":{"application/json":{"schema":{"$ref":"#/components/sche\#
        mas/Error"}}},"description":"Too many requests of this sign-in are open at once. Nothing w\#
        as taken.","headers":{"Retry-After":{"description":"Seconds.","schema":{"type":"integer"}}\#
        }},"Unavailable":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Er\#
        ror"}}},"description":"Busy, stopping, or the store cannot be read or written. Nothing was\#
         taken.","headers":{"Retry-After":{"description":"Seconds.","schema":{"type":"integer"}}}}\#
        },"schemas":{"Base64URL":{"pattern":"^[A-Za-z0-9_-]*$","type":"string"},"Count":{"minimum"\#
        :0,"type":"integer"},"Depth":{"default":0,"maximum":64,"minimum":0,"type":"integer"},"Devi\#
        ceAuthorization":{"properties":{"device_code":{"type":"string"},"expires_in":{"type":"inte\#
        ger"},"interval":{"type":"integer"},"user_code":{"pattern":"^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BC\#
        DFGHJKLMNPQRSTVWXZ]{4}$","type":"string"},"verification_uri":{"description":"A page under\#
         the server's public address that tells how a code is confirmed.","format":"uri","type":"s\#
        tring"},"verification_uri_complete":{"description":"The same for this code.","format":"uri\#
        ","type":"string"}},"required":["device_code","expires_in","interval","user_code","verific\#
        ation_uri","verification_uri_complete"],"type":"object"},"Dot":{"pattern":"^[0-9a-f]{16}\#
        \\.(0|[1-9][0-9]*)$","type":"string"},"Error":{"properties":{"error":{"properties":{"advic\#
        e":{"description":"What to do","in English.":null,"type":"string"},"advice_th":{"type":"st\#
        ring"},"code":{"examples":["http.body_too_large"],"type":"string"},"message":{"description\#
        ":"What is wrong","in English.":null,"type":"string"},"message_th":{"type":"string"},"posi\#
        tion":{"description":"The byte of the head or of the body, or the line of a body of lines.\#
        ","minimum":0,"type":"integer"}},"required":["code","message","message_th","advice","advic\#
        e_th"],"type":"object"}},"required":["error"],"type":"object"},"FeedAnswerLine":{"oneOf":[\#
        {"properties":{"from":{"type":"integer"},"status":{"enum":["applied","unchanged","stale"]}\#
        ,"to":{"type":"integer"}},"required":["from","to","status"],"type":"object"},{"properties"\#
        :{"advice":{"type":"string"},"code":{"type":"string"},"line":{"type":"integer"},"member":{\#
        "type":"string"},"message":{"type":"string"},"offset":{"type":"integer"},"status":{"const"\#
        :"refused"}},"required":["line","status","code","message","advice"],"type":"object"},{"pro\#
        perties":{"applied":{"type":"integer"},"lines":{"type":"integer"},"refused":{"type":"integ\#
        er"},"stale":{"type":"integer"},"status":{"const":"done"},"unchanged":{"type":"integer"}},\#
        "required":["status","lines","applied","unchanged","stale","refused"],"type":"object"},{"$\#
        ref":"#/components/schemas/FeedStopped"}]},"FeedLine":{"additionalProperties":false,"oneOf\#
        ":[{"required":["body"]},{"required":["deleted"]}],"properties":{"agency":{"$ref":"#/compo\#
        nents/schemas/Identifier"},"as_of":{"maximum":253402300799999,"minimum":0,"type":"integer"\#
        },"body":{"type":"object"},"deleted":{"const":1},"id":{"$ref":"#/components/schemas/Identi\#
        fier"},"pid":{"pattern":"^[0-9]{13}$","type":"string"},"source_version":{"minimum":1,"type\#
        ":"integer"},"subject":{"$ref":"#/components/schemas/Identifier"},"table":{"$ref":"#/compo\#
        nents/schemas/Identifier"}},"required":["table","id","as_of","source_version"],"type":"obj\#
        ect"},"FeedStopped":{"properties":{"advice":{"type":"string"},"code":{"enum":["server.busy\#
        ","server.storage"]},"message":{"type":"string"},"status":{"const":"stopped"}},"required":\#
        ["status","code","message","advice"],"type":"object"},"Hashes":{"description":"Ascending,\#
         none twice.","items":{"$ref":"#/components/schemas/Sum"},"type":"array"},"Identifier":{"p\#
        attern":"^[A-Za-z0-9_.:-]{1,128}$","type":"string"},"Link":{"pattern":"^[0-9a-f]{16}$","ty\#
        pe":"string"},"Mutation":{"properties":{"chain":{"$ref":"#/components/schemas/Link"},"fram\#
        e":{"const":"mutation"},"mid":{"minimum":1,"type":"integer"},"operations":{"items":{"$ref"\#
        :"#/components/schemas/Operation"},"maxItems":64,"type":"array"},"origin":{"description":"\#
        The name it had first, as device, mid and link, if that was another one.","pattern":"^[0-9\#
        a-f]{16}\\.[1-9][0-9]*\\.[0-9a-f]{16}$","type":"string"},"schema":{"minimum":0,"type":"int\#
        eger"},"time":{"$ref":"#/components/schemas/Time"}},"required":["frame","mid","time","sche\#
        ma","chain","operations"],"type":"object"},"OAuthError":{"properties":{"error":{"enum":["a\#
        uthorization_pending","access_denied","expired_token","invalid_grant","invalid_request","u\#
        nsupported_grant_type"]},"error_description":{"type":"string"}},"required":["error"],"type\#
        ":"object"},"Operation":{"properties":{"do":{"enum":["create","delete","set","raise","mark\#
        ","add","remove","increment","write","submit"]},"dots":{"items":{"$ref":"#/components/sche\#
        mas/Dot"},"maxItems":1024,"type":"array"},"field":{"$ref":"#/components/schemas/Identifier\#
        "},"id":{"$ref":"#/components/schemas/Identifier"},"number":{"description":"For raise and\#
         increment.","type":"integer"},"table":{"$ref":"#/components/schemas/Identifier"},"text":{\#
        "description":"For add, remove and write.","type":"string"},"value":{"description":"For se\#
        t and submit."}},"required":["do","table","id"],"type":"object"},"Parts":{"items":{"proper\#
        ties":{"count":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/components/schemas/S\#
        um"}},"required":["count","sum"],"type":"object"},"type":"array"},"Push":{"properties":{"b\#
        ase_chain":{"$ref":"#/components/schemas/Link"},"frame":{"const":"push"}},"required":["fra\#
        me","base_chain"],"type":"object"},"ReconcileRequestFrame":{"description":"One line of a r\#
        equest for repair; the first is `reconcile`.","oneOf":[{"properties":{"bytes_max":{"defaul\#
        t":262144,"minimum":0,"type":"integer"},"frame":{"const":"reconcile"},"goes_on":{"default"\#
        :0,"enum":[0,1]},"schema":{"default":1,"minimum":0,"type":"integer"}},"required":["frame"]\#
        ,"type":"object"},{"properties":{"bucket":{"type":"string"},"depth":{"$ref":"#/components/\#
        schemas/Depth"},"frame":{"const":"sums"},"low":{"$ref":"#/components/schemas/Link"},"parts\#
        ":{"$ref":"#/components/schemas/Parts"},"split":{"maximum":8,"minimum":0,"type":"integer"}\#
        },"required":["frame","bucket","split","parts"],"type":"object"},{"properties":{"bucket":{\#
        "type":"string"},"depth":{"$ref":"#/components/schemas/Depth"},"frame":{"const":"items"},"\#
        hashes":{"$ref":"#/components/schemas/Hashes"},"low":{"$ref":"#/components/schemas/Link"}}\#
        ,"required":["frame","bucket","hashes"],"type":"object"}]},"RequestFrame":{"description":"\#
        One line of a request.","oneOf":[{"$ref":"#/components/schemas/Sync"},{"$ref":"#/component\#
        s/schemas/Push"},{"$ref":"#/components/schemas/Mutation"}]},"ResponseFrame":{"description"\#
        :"One line of an answer.","oneOf":[{"properties":{"frame":{"const":"hello"},"magic":{"cons\#
        t":"TRS1"},"server_ms":{"type":"integer"}},"required":["frame","magic","server_ms"],"type"\#
        :"object"},{"properties":{"ahead":{"$ref":"#/components/schemas/Count"},"bucket":{"type":"\#
        string"},"count":{"$ref":"#/components/schemas/Count"},"epoch":{"$ref":"#/components/schem\#
        as/Count"},"frame":{"const":"bucket"},"head":{"$ref":"#/components/schemas/Count"},"lease_\#
        until":{"$ref":"#/components/schemas/Count"},"priority":{"$ref":"#/components/schemas/Coun\#
        t"},"sum":{"$ref":"#/components/schemas/Sum"}},"required":["frame","bucket","epoch","head"\#
        ,"count","sum","priority","lease_until","ahead"],"type":"object"},{"properties":{"bucket":\#
        {"type":"string"},"frame":{"const":"bucket_gone"}},"required":["frame","bucket"],"type":"o\#
        bject"},{"properties":{"as_of":{"type":"integer"},"body":{"type":"object"},"bucket":{"type\#
        ":"string"},"frame":{"const":"row"},"id":{"$ref":"#/components/schemas/Identifier"},"owner\#
        ":{"$ref":"#/components/schemas/Identifier"},"rev":{"$ref":"#/components/schemas/Count"},"\#
        source_version":{"type":"integer"},"table":{"$ref":"#/components/schemas/Identifier"}},"re\#
        quired":["frame","bucket","table","id","owner","rev","as_of","source_version","body"],"typ\#
        e":"object"},{"properties":{"bucket":{"type":"string"},"frame":{"const":"tombstone"},"id":\#
        {"$ref":"#/components/schemas/Identifier"},"rev":{"$ref":"#/components/schemas/Count"},"ta\#
        ble":{"$ref":"#/components/schemas/Identifier"}},"required":["frame","bucket","table","id"\#
        ,"rev"],"type":"object"},{"properties":{"code":{"type":"string"},"detail":{"type":"string"\#
        },"first":{"$ref":"#/components/schemas/Count"},"frame":{"const":"outcomes"},"last":{"$ref\#
        ":"#/components/schemas/Count"},"status":{"enum":["accepted","merged","refused"]}},"requir\#
        ed":["frame","first","last","status","code","detail"],"type":"object"},{"description":"An\#
         end; more is to come.","properties":{"cursor":{"$ref":"#/components/schemas/Base64URL"},"\#
        frame":{"const":"page"},"rows":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/comp\#
        onents/schemas/Sum"}},"required":["frame","cursor","rows","sum"],"type":"object"},{"descri\#
        ption":"An end; the mirror is complete.","properties":{"acked_chain":{"$ref":"#/components\#
        /schemas/Link"},"acked_mid":{"$ref":"#/components/schemas/Count"},"cursor":{"$ref":"#/comp\#
        onents/schemas/Base64URL"},"frame":{"const":"checkpoint"},"lineage":{"$ref":"#/components/\#
        schemas/Base64URL"},"rows":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/componen\#
        ts/schemas/Sum"}},"required":["frame","cursor","rows","sum","acked_mid","acked_chain","lin\#
        eage"],"type":"object"},{"description":"An end without rows.","properties":{"acked_mid":{"\#
        $ref":"#/components/schemas/Count"},"frame":{"enum":["unchanged","pushed"]}},"required":["\#
        frame","acked_mid"],"type":"object"},{"description":"An end; compare what is held by `/v1/\#
        reconcile`, or begin again with an empty cursor.","properties":{"frame":{"const":"restart"\#
        },"reason":{"enum":["cursor.invalid","cursor.lineage","cursor.floor","cursor.epoch","curso\#
        r.future"]}},"required":["frame","reason"],"type":"object"},{"description":"An end; the re\#
        st of the push was not taken.","properties":{"acked_mid":{"$ref":"#/components/schemas/Cou\#
        nt"},"code":{"examples":["push.gap","push.forked"],"type":"string"},"frame":{"const":"erro\#
        r"},"message":{"type":"string"},"retry_after_ms":{"$ref":"#/components/schemas/Count"}},"r\#
        equired":["frame","code","message","retry_after_ms","acked_mid"],"type":"object"},{"descri\#
        ption":"What the server holds of a range that differs; one of the answers of `/v1/reconcil\#
        e`.","properties":{"bucket":{"type":"string"},"depth":{"$ref":"#/components/schemas/Depth"\#
        },"frame":{"const":"parts"},"low":{"$ref":"#/components/schemas/Link"},"parts":{"$ref":"#/\#
        components/schemas/Parts"},"split":{"maximum":8,"minimum":0,"type":"integer"}},"required":\#
        ["frame","bucket","depth","low","split","parts"],"type":"object"},{"description":"Rows tha\#
        t the server has not.","properties":{"bucket":{"type":"string"},"frame":{"const":"surplus"\#
        },"hashes":{"$ref":"#/components/schemas/Hashes"}},"required":["frame","bucket","hashes"],\#
        "type":"object"},{"description":"The end of an answer of `/v1/reconcile`.","properties":{"\#
        answered":{"$ref":"#/components/schemas/Count"},"cursor":{"$ref":"#/components/schemas/Bas\#
        e64URL"},"frame":{"const":"reconciled"},"rows":{"$ref":"#/components/schemas/Count"},"sum"\#
        :{"$ref":"#/components/schemas/Sum"}},"required":["frame","cursor","rows","sum","answered"\#
        ],"type":"object"}]},"Sum":{"pattern":"^[0-9a-f]{32}$","type":"string"},"Sync":{"propertie\#
        s":{"bytes_max":{"default":262144,"minimum":0,"type":"integer"},"checkpoint":{"default":0,\#
        "description":"1 asks for a checkpoint also where nothing is new.","enum":[0,1]},"cursor":\#
        {"$ref":"#/components/schemas/Base64URL"},"frame":{"const":"sync"},"outcomes_seen":{"defau\#
        lt":0,"minimum":0,"type":"integer"},"priority_max":{"default":9,"description":"Not used ye\#
        t.","minimum":0,"type":"integer"},"rows_max":{"default":10000,"minimum":0,"type":"integer"\#
        },"schema":{"default":1,"minimum":0,"type":"integer"}},"required":["frame"],"type":"object\#
        "},"Time":{"pattern":"^[0-9a-f]{16}-[0-9a-f]{16}$","type":"string"},"Tokens":{"properties"\#
        :{"access_token":{"pattern":"^tra_","type":"string"},"device_id":{"$ref":"#/components/sch\#
        emas/Link","description":"The device that the sign-in named, if it may go on; else a new o\#
        ne."},"expires_in":{"type":"integer"},"refresh_token":{"pattern":"^trr_","type":"string"},\#
        "subject":{"$ref":"#/components/schemas/Identifier"},"token_type":{"const":"Bearer"}},"req\#
        uired":["access_token","device_id","expires_in","refresh_token","subject","token_type"],"t\#
        ype":"object"}},"securitySchemes":{"agency":{"description":"An agency's key, trk_\u2026","\#
        scheme":"bearer","type":"http"},"device":{"description":"An access token, tra_\u2026","sch\#
        eme":"bearer","type":"http"}}},"info":{"description":"The binary form of `/v1/sync` and al\#
        l rules are in protocol.md. Nothing here is planned: it describes what the\nserver answers\#
         now.\n\nAny other address is answered 404 (`#/components/responses/NotFound`). Before an\#
         address is looked at, a message that\nbreaks a rule of HTTP is refused with 400, 408, 413\#
        , 414, 417, 431, 501, 503 or 505, and the connection is closed.\n`HEAD` is answered where\#
         `GET` is, but for `/v1/live`.\n","license":{"identifier":"Apache-2.0","name":"Apache-2.0"\#
        },"summary":"What is JSON in the sync server's interface.","title":"TangRat Sync","version\#
        ":"0.1.0"},"openapi":"3.1.0","paths":{"/.well-known/oauth-authorization-server":{"get":{"o\#
        perationId":"authorisationMetadata","responses":{"200":{"content":{"application/json":{"sc\#
        hema":{"properties":{"device_authorization_endpoint":{"format":"uri","type":"string"},"gra\#
        nt_types_supported":{"items":{"type":"string"},"type":"array"},"issuer":{"format":"uri","t\#
        ype":"string"},"response_types_supported":{"items":{"type":"string"},"maxItems":0,"type":"\#
        array"},"revocation_endpoint":{"format":"uri","type":"string"},"revocation_endpoint_auth_m\#
        ethods_supported":{"items":{"const":"none"},"type":"array"},"service_documentation":{"form\#
        at":"uri","type":"string"},"token_endpoint":{"format":"uri","type":"string"},"token_endpoi\#
        nt_auth_methods_supported":{"items":{"const":"none"},"type":"array"}},"required":["issuer"\#
        ,"token_endpoint","device_authorization_endpoint","revocation_endpoint","grant_types_suppo\#
        rted","response_types_supported"],"type":"object"}}},"description":"The addresses, under t\#
        he server's public address, and the ways to sign in."},"400":{"$ref":"#/components/respons\#
        es/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/compo\#
        nents/responses/Refused"}},"security":[],"summary":"What a program must know to sign a dev\#
        ice in (RFC 8414).","tags":["sign-in"]}},"/device":{"get":{"operationId":"verification","r\#
        esponses":{"200":{"content":{"text/html":{"schema":{"type":"string"}}},"description":"With\#
        out a form or a script. It says nothing about any code."},"400":{"$ref":"#/components/resp\#
        onses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/co\#
        mponents/responses/Refused"}},"security":[],"summary":"A page for people that tells how a\#
         sign-in is confirmed.","tags":["sign-in"]}},"/device/{user_code}":{"get":{"operationId":"\#
        verificationOfCode","parameters":[{"in":"path","name":"user_code","required":true,"schema"\#
        :{"type":"string"}}],"responses":{"200":{"content":{"text/html":{"schema":{"type":"string"\#
        }}},"description":"As without a code."},"400":{"$ref":"#/components/responses/Error"},"405\#
        ":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses\#
        /Refused"}},"security":[],"summary":"The same page for one code.","tags":["sign-in"]}},"/h\#
        ealthz":{"get":{"operationId":"health","responses":{"200":{"content":{"application/json":{\#
        "schema":{"properties":{"status":{"const":"ok"}},"type":"object"}}},"description":"It does\#
        ."},"400":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/Me\#
        thodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"}},"security":[],"summary":\#
        "Whether the process answers.","tags":["operations"]}},"/metrics":{"get":{"operationId":"m\#
        etrics","responses":{"200":{"content":{"text/plain":{"schema":{"type":"string"}}},"descrip\#
        tion":"No counter names a person."},"400":{"$ref":"#/components/responses/Error"},"405":{"\#
        $ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Ref\#
        used"}},"security":[],"summary":"Counters in the text format of Prometheus.","tags":["oper\#
        ations"]}},"/openapi.json":{"get":{"operationId":"openapi","responses":{"200":{"content":{\#
        "application/json":{"schema":{"required":["openapi","info","paths"],"type":"object"}}},"de\#
        scription":"OpenAPI 3.1."},"400":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/\#
        components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"}},"\#
        security":[],"summary":"This document, as JSON.","tags":["operations"]}},"/readyz":{"get":\#
        {"operationId":"ready","responses":{"200":{"content":{"application/json":{"schema":{"prope\#
        rties":{"status":{"const":"ready"}},"type":"object"}}},"description":"They are."},"400":{"\#
        $ref":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllow\#
        ed"},"408":{"$ref":"#/components/responses/Refused"},"503":{"$ref":"#/components/responses\#
        /Unavailable"}},"security":[],"summary":"Whether requests are taken.","tags":["operations"\#
        ]}},"/v1/agency/records":{"post":{"operationId":"feed","requestBody":{"content":{"applicat\#
        ion/x-ndjson":{"schema":{"$ref":"#/components/schemas/FeedLine"}}},"required":true},"respo\#
        nses":{"200":{"content":{"application/x-ndjson":{"schema":{"$ref":"#/components/schemas/Fe\#
        edAnswerLine"}}},"description":"Lines as the feed is taken; the last one has the status `d\#
        one`."},"400":{"$ref":"#/components/responses/Error"},"401":{"$ref":"#/components/response\#
        s/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/compon\#
        ents/responses/Refused"},"415":{"$ref":"#/components/responses/Error"},"503":{"$ref":"#/co\#
        mponents/responses/Unavailable"}},"security":[{"agency":[]}],"summary":"Takes an agency's\#
         rows, of any number.","tags":["feed"]}},"/v1/devices/replace":{"post":{"operationId":"rep\#
        laceDevice","requestBody":{"content":{"application/x-www-form-urlencoded":{"schema":{"prop\#
        erties":{"after":{"format":"int64","minimum":0,"type":"integer"},"device":{"pattern":"^[0-\#
        9a-f]{16}$","type":"string"}},"required":["device","after"],"type":"object"}}},"required":\#
        true},"responses":{"200":{"content":{"application/json":{"schema":{"properties":{"chains":\#
        {"pattern":"^([0-9a-f]{16}){0,1000}$","type":"string"},"last":{"format":"int64","type":"in\#
        teger"},"took_effect":{"pattern":"^[01]{0,1000}$","type":"string"}},"required":["chains","\#
        last","took_effect"],"type":"object"}}},"description":"What the device did after that muta\#
        tion; nothing of a device that is not known."},"400":{"$ref":"#/components/responses/OAuth\#
        Error"},"401":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/response\#
        s/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/comp\#
        onents/responses/Refused"},"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/\#
        components/responses/TooMany"},"503":{"$ref":"#/components/responses/Unavailable"}},"secur\#
        ity":[{"device":[]}],"summary":"Ends the rights of a device of the same person, and tells\#
         which of its writes were taken.","tags":["sign-in"]}},"/v1/live":{"get":{"operationId":"l\#
        ive","responses":{"200":{"content":{"text/event-stream":{"schema":{"type":"string"}}},"des\#
        cription":"Events `moved` and `revoked`; a comment every 25 s."},"400":{"$ref":"#/componen\#
        ts/responses/Error"},"401":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/compon\#
        ents/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"429":{"\#
        $ref":"#/components/responses/TooMany"},"503":{"$ref":"#/components/responses/Unavailable"\#
        }},"security":[{"device":[]}],"summary":"Says when something moved.","tags":["sync"]}},"/v\#
        1/oauth/device_authorization":{"post":{"operationId":"beginSignIn","requestBody":{"content\#
        ":{"application/x-www-form-urlencoded":{"schema":{"properties":{"client_id":{"minLength":1\#
        ,"type":"string"},"device_id":{"$ref":"#/components/schemas/Link","description":"The devic\#
        e that this one has been."},"device_name":{"description":"Cut to 80 bytes.","type":"string\#
        "}},"required":["client_id"],"type":"object"}}},"required":true},"responses":{"200":{"cont\#
        ent":{"application/json":{"schema":{"$ref":"#/components/schemas/DeviceAuthorization"}}},"\#
        description":"A code to show to the person."},"400":{"$ref":"#/components/responses/OAuthE\#
        rror"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/component\#
        s/responses/Refused"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/com\#
        ponents/responses/Error"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":\#
        [],"summary":"Begins a sign-in (RFC 8628).","tags":["sign-in"]}},"/v1/oauth/revoke":{"post\#
        ":{"operationId":"revokeToken","requestBody":{"content":{"application/x-www-form-urlencode\#
        d":{"schema":{"properties":{"token":{"type":"string"}},"required":["token"],"type":"object\#
        "}}},"required":true},"responses":{"200":{"content":{"application/json":{"schema":{"maxPro\#
        perties":0,"type":"object"}}},"description":"Done; an unknown token is answered in the sam\#
        e way."},"400":{"$ref":"#/components/responses/OAuthError"},"405":{"$ref":"#/components/re\#
        sponses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":\#
        "#/components/responses/Refused"},"415":{"$ref":"#/components/responses/Error"},"503":{"$r\#
        ef":"#/components/responses/Unavailable"}},"security":[],"summary":"Ends the rights of the\#
         device that holds a token (RFC 7009).","tags":["sign-in"]}},"/v1/oauth/token":{"post":{"o\#
        perationId":"exchangeToken","requestBody":{"content":{"application/x-www-form-urlencoded":\#
        {"schema":{"oneOf":[{"properties":{"device_code":{"type":"string"},"grant_type":{"const":"\#
        urn:ietf:params:oauth:grant-type:device_code"}},"required":["grant_type","device_code"],"t\#
        ype":"object"},{"properties":{"grant_type":{"const":"refresh_token"},"refresh_token":{"typ\#
        e":"string"}},"required":["grant_type","refresh_token"],"type":"object"}]}}},"required":tr\#
        ue},"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/sche\#
        mas/Tokens"}}},"description":"Tokens. Both are new, also after a refresh."},"400":{"$ref":\#
        "#/components/responses/OAuthError"},"405":{"$ref":"#/components/responses/MethodNotAllowe\#
        d"},"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/responses/\#
        Refused"},"415":{"$ref":"#/components/responses/Error"},"503":{"$ref":"#/components/respon\#
        ses/Unavailable"}},"security":[],"summary":"Exchanges a device code or a refresh token for\#
         tokens.","tags":["sign-in"]}},"/v1/reconcile":{"post":{"description":"One frame a line, a\#
        s for `/v1/sync`: a `reconcile` and claims go up; what differs comes down. See section 19\#
         of\nprotocol.md.\n","operationId":"reconcile","requestBody":{"content":{"application/json\#
        ":{"examples":{"first":{"summary":"Where to begin; claims follow, one a line.","value":{"f\#
        rame":"reconcile"}}},"schema":{"$ref":"#/components/schemas/ReconcileRequestFrame"}},"appl\#
        ication/vnd.tangrat.sync":{}},"required":true},"responses":{"200":{"content":{"application\#
        /json":{"schema":{"$ref":"#/components/schemas/ResponseFrame"}},"application/vnd.tangrat.s\#
        ync":{}},"description":"Frames, one a line, from `hello` to `reconciled` or `error`."},"40\#
        0":{"$ref":"#/components/responses/Error"},"401":{"$ref":"#/components/responses/Error"},"\#
        405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/respon\#
        ses/Refused"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/\#
        responses/Error"},"429":{"$ref":"#/components/responses/TooMany"},"500":{"$ref":"#/compone\#
        nts/responses/Error"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[{"d\#
        evice":[]}],"summary":"Compares what a device holds with the server, as JSON lines.","tags\#
        ":["sync"]}},"/v1/sync":{"post":{"description":"One frame a line. The binary form has the\#
         media type `application/vnd.tangrat.sync`. With a binary request,\n`Accept: application/j\#
        son` asks for lines in the answer.\n","operationId":"sync","requestBody":{"content":{"appl\#
        ication/json":{"examples":{"first":{"summary":"A first sync.","value":{"frame":"sync"}}},"\#
        schema":{"$ref":"#/components/schemas/RequestFrame"}},"application/vnd.tangrat.sync":{}},"\#
        required":true},"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/com\#
        ponents/schemas/ResponseFrame"}},"application/vnd.tangrat.sync":{}},"description":"Frames,\#
         one a line, from `hello` to exactly one end. A short binary answer has no `Content-Type`.\#
        \n"},"400":{"$ref":"#/components/responses/Error"},"401":{"$ref":"#/components/responses/E\#
        rror"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/component\#
        s/responses/Refused"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/com\#
        ponents/responses/Error"},"429":{"$ref":"#/components/responses/TooMany"},"500":{"$ref":"#\#
        /components/responses/Error"},"503":{"$ref":"#/components/responses/Unavailable"}},"securi\#
        ty":[{"device":[]}],"summary":"Pushes writes and pulls rows, as JSON lines.","tags":["sync\#
        "]}}},"servers":[{"description":"A server on this machine. Elsewhere it stands behind a TL\#
        S proxy.","url":"http://127.0.0.1:8470"}],"tags":[{"name":"sign-in"},{"name":"sync"},{"nam\#
        e":"feed"},{"name":"operations"}]}
        """#
}
